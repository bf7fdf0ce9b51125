import os
from datetime import datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications.jobs import files as job_files
from notifications.jobs.create import create_job
from notifications.jobs.tasks import remove_letter_jobs, remove_sms_email_jobs
from notifications.models import Job
from notifications.tests.jobs.conftest import texts
from notify_project import clock
from notify_project.api.errors import ApiError
from notify_project.storage import StorageAway
from services.models import ServiceDataRetention
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
LETTERS = "address line 1,address line 2,postcode,name\nJo,1 High St,SW1A 2AA,Jo"


def ended(mailings, text, template, *, days, **columns):
    """Create a job that ended so many London days ago."""
    job = mailings.create(text, template)
    at = clock.london_midnight(clock.london_today() - timedelta(days=days)) + timedelta(hours=1)
    columns = {"created_at": at, "job_status": "finished all notifications created", **columns}
    Job.objects.filter(id=job.id).update(**columns)
    return job


def block(files, job_id):
    """Let the file of a job be one that cannot be deleted."""
    [path] = files.rglob(f"{job_id}.csv")
    path.unlink()
    (path / "in-the-way").mkdir(parents=True)


def age(files, job_id):
    """Let the file of a job be older than a day, and return it."""
    [path] = files.rglob(f"{job_id}.csv")
    yesterday = clock.now() - timedelta(days=1, seconds=1)
    os.utime(path, (yesterday.timestamp(), yesterday.timestamp()))
    return path


def is_archived(job, files):
    job.refresh_from_db()
    stored = [path.suffix for path in files.rglob(f"{job.id}.*")]
    assert sorted(stored) == ([] if job.archived else [".csv", ".json"])
    return job.archived


def test_files_are_kept_as_long_as_the_messages(mailings, files):
    kept_longer = TemplateFactory()
    ServiceDataRetention.objects.create(
        service=kept_longer.service, notification_type="sms", days_of_retention=9
    )
    last_day = ended(mailings, texts(1), TemplateFactory(), days=7)
    over = ended(mailings, texts(1), TemplateFactory(), days=8)
    longer = ended(mailings, texts(1), kept_longer, days=8)
    letter = ended(mailings, LETTERS, TemplateFactory(letter=True), days=8)

    remove_sms_email_jobs()

    jobs = (last_day, over, longer, letter)
    assert [is_archived(job, files) for job in jobs] == [False, True, False, False]
    remove_letter_jobs()
    assert is_archived(letter, files)


def test_the_time_counts_from_when_a_scheduled_job_was_sent(mailings, files):
    at = clock.london_midnight(clock.london_today() - timedelta(days=3))
    job = ended(mailings, texts(1), TemplateFactory(), days=9, scheduled_for=at)

    remove_sms_email_jobs()

    assert not is_archived(job, files)


@pytest.mark.parametrize("status", ["pending", "in progress", "error", "finished"])
def test_a_job_that_is_not_complete_keeps_its_file_and_is_reported(mailings, files, caplog, status):
    job = ended(mailings, texts(1), TemplateFactory(), days=9, job_status=status)

    remove_sms_email_jobs()

    assert not is_archived(job, files)
    assert f"job {job.id} is older than its retention and has rows to store" in caplog.text


@pytest.mark.parametrize("status", ["cancelled", "sending limits exceeded", "paused"])
def test_what_is_not_sent_is_not_kept(mailings, files, status):
    job = ended(mailings, texts(1), TemplateFactory(), days=9, job_status=status)

    remove_sms_email_jobs()

    assert is_archived(job, files)


def test_a_file_that_cannot_be_deleted_does_not_keep_those_of_other_jobs(mailings, files):
    bad = ended(mailings, texts(1), TemplateFactory(), days=9)
    good = ended(mailings, texts(1), TemplateFactory(), days=8)
    unused = age(files, mailings.upload(texts(2), TemplateFactory()).job_id)
    block(files, bad.id)

    with pytest.raises(ExceptionGroup, match="the files of 1 jobs could not be removed"):
        remove_sms_email_jobs()

    assert is_archived(good, files)
    assert not unused.exists()
    bad.refresh_from_db()
    assert not bad.archived


def test_no_job_is_created_of_a_file_that_is_half_deleted(mailings, files):
    template = TemplateFactory()
    job_id = mailings.upload(texts(1), template).job_id
    block(files, job_id)

    with pytest.raises(StorageAway):
        job_files.delete(template.service_id, job_id)

    with pytest.raises(ApiError, match="There is no file of this job"):
        create_job(template.service_id, job_id)


def test_a_file_of_which_no_job_was_created_is_kept_for_a_day(mailings, files):
    template = TemplateFactory()
    fresh, old = mailings.upload(texts(1), template), mailings.upload(texts(2), template)
    age(files, old.job_id)

    remove_sms_email_jobs()

    assert {path.stem for path in files.rglob("*.*") if path.is_file()} == {str(fresh.job_id)}


@freeze_time(datetime.fromisoformat("2026-10-26T04:00:00+00:00"))
def test_days_are_those_of_london(mailings, files):
    # Clocks went back in the night: the day that ended was 25 hours long.
    over = ended(mailings, texts(1), TemplateFactory(), days=8)
    first_kept = ended(mailings, texts(1), TemplateFactory(), days=7)
    Job.objects.filter(id=over.id).update(created_at="2026-10-18T22:59:59Z")
    Job.objects.filter(id=first_kept.id).update(created_at="2026-10-18T23:00:00Z")

    remove_sms_email_jobs()

    assert [is_archived(job, files) for job in (over, first_kept)] == [True, False]
