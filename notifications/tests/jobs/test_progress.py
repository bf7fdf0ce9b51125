"""How far a job has come, long after it was sent."""

from datetime import timedelta

import pytest

from notifications.jobs.progress import progress_of
from notifications.jobs.rows import persist_range
from notifications.models import FactNotificationStatus, Job, Notification
from notifications.tests.jobs.conftest import texts
from notify_project import clock

pytestmark = pytest.mark.django_db


def count_as_facts(job, **counts):
    FactNotificationStatus.objects.bulk_create(
        FactNotificationStatus(
            bst_date=clock.london_today() - timedelta(days=back),
            service_id=job.service_id,
            template_id=job.template_id,
            job_id=job.id,
            notification_type="sms",
            key_type="normal",
            status=status.replace("_", "-"),
            notification_count=count,
        )
        for status, count in counts.items()
        for back in (3, 4)
    )


def age(job, days):
    Job.objects.filter(id=job.id).update(processing_started=clock.now() - timedelta(days=days))


def test_an_old_job_is_counted_by_facts_and_a_new_one_by_its_messages(mailings):
    job = mailings.begun(texts(6))
    persist_range(job.id, 0, 5)
    count_as_facts(job, delivered=2, permanent_failure=1)

    new = progress_of(job.id).counts
    age(job, 4)
    Notification.objects.filter(job=job).delete()
    old = progress_of(job.id)

    assert new == {"created": 6}
    assert old.counts == {"delivered": 4, "permanent-failure": 2}
    assert (old.stored, old.handed_over) == (6, 6)


def test_where_facts_are_missing_messages_are_counted(mailings):
    job = mailings.begun(texts(3))
    persist_range(job.id, 0, 2)
    age(job, 30)

    assert progress_of(job.id).counts == {"created": 3}
