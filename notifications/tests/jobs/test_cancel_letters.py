"""A job of letters is cancelled as a whole, before any of them is printed, or not at all."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from freezegun import freeze_time

from notifications import lifecycle
from notifications.jobs.cancel_letters import cancel_letter_job
from notifications.lifecycle import cancelling
from notifications.models import Job, Notification, NotificationHistory
from notifications.statuses import Status
from notifications.tests.factories import JobFactory, NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import clock
from notify_project.api.errors import BadRequest, NoResultFound
from notify_project.models import AuditEvent
from services.day_counters import day_counter
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def job_of_letters(*letters, status="finished all notifications created", **columns):
    """Store a job with a letter for each set of values."""
    template = columns.pop("template", None) or TemplateFactory(letter=True)
    job = JobFactory(
        template=template,
        job_status=status,
        created_at=NOON,
        notification_count=len(letters) or 1,
        **columns,
    )
    for number, values in enumerate(letters):
        row = {"created_at": NOON, "billable_units": 1, **values}
        NotificationFactory(template=template, job=job, job_row_number=number, **row)
    return job


def cancel(job, at=NOON + timedelta(minutes=10), **options):
    with freeze_time(at):
        return cancel_letter_job(job.service_id, job.id, **options)


def statuses():
    rows = Notification.objects.order_by("job_row_number")
    return list(rows.values_list("status", flat=True))


def refusal_of(job, at=NOON + timedelta(minutes=10)):
    before = list(Notification.objects.order_by("id").values())
    with pytest.raises(BadRequest) as refused:
        cancel(job, at)
    assert list(Notification.objects.order_by("id").values()) == before
    assert Job.objects.get(id=job.id).job_status == job.job_status
    assert not AuditEvent.objects.exists()
    return refused.value.message


@pytest.mark.django_db
def test_all_letters_and_the_job_are_cancelled_at_once(monkeypatch):
    monkeypatch.setattr(cancelling, "BATCH", 2)
    actor = UserFactory()
    job = job_of_letters({}, {"status": "validation-failed", "billable_units": 0}, {}, {}, {})

    assert cancel(job, actor=actor, reason="wrong file") == 4

    assert statuses() == ["cancelled", "validation-failed", *["cancelled"] * 3]
    for row in Notification.objects.all():
        live, history = live_and_history(row.id)
        assert live == history
        assert row.billable_units == 0
    assert Job.objects.get().job_status == "cancelled"
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.reason) == (
        "cancel letter job",
        actor.id,
        "wrong file",
    )
    assert event.after == {"job_status": "cancelled", "letters": 4}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("pending", "still processing these letters"),
        ("in progress", "still processing these letters"),
        ("finished", "still processing these letters"),
        ("scheduled", "as any other job"),
        ("cancelled", "already been cancelled"),
    ],
)
def test_a_job_whose_letters_are_not_all_stored_is_not_cancelled(status, words):
    assert words in refusal_of(job_of_letters({}, status=status))


@pytest.mark.django_db
def test_only_a_job_of_letters():
    job = JobFactory(job_status="finished all notifications created")

    assert refusal_of(job) == (
        "Only letter jobs can be cancelled through this endpoint. This is not a letter job."
    )


TOO_LATE = "It’s too late to cancel sending, these letters have already been sent."


@pytest.mark.django_db
@pytest.mark.parametrize(
    "further",
    [
        {"status": "sending"},
        {"status": "delivered"},
        {"claimed_until": NOON + timedelta(hours=1)},
        {"created_at": datetime(2026, 3, 4, 17, 29, 59, tzinfo=UTC)},
    ],
    ids=str,
)
def test_one_letter_that_has_gone_further_keeps_all_of_them(further):
    assert refusal_of(job_of_letters({}, further, {})) == TOO_LATE


@pytest.mark.django_db
def test_from_half_past_five_of_its_oldest_letter_it_is_too_late():
    half_past_five = NOON.replace(hour=17, minute=30)
    job = job_of_letters({}, {"created_at": half_past_five})

    assert refusal_of(job, half_past_five) == TOO_LATE
    assert cancel(job, half_past_five - timedelta(microseconds=1)) == 2


@pytest.mark.django_db
def test_the_job_of_another_service_is_not_there():
    job = job_of_letters({})

    for service_id, job_id in ((ServiceFactory().id, job.id), (job.service_id, uuid.uuid4())):
        with pytest.raises(NoResultFound):
            cancel_letter_job(service_id, job_id)
    assert statuses() == ["created"]


@pytest.mark.redis
@pytest.mark.django_db
def test_the_daily_limit_gets_back_what_was_accepted_today(redis):
    job = job_of_letters({}, {}, {"created_at": NOON.replace(hour=0) - timedelta(seconds=1)})
    key = day_counter(job.service_id, "letter", NOON)
    redis.set(key, 7, ex=1000)

    cancel(job)

    assert redis.get(key) == b"5"
    assert 990 < redis.ttl(key) <= 1000


@pytest.mark.django_db(transaction=True)
def test_many_times_either_the_whole_job_is_cancelled_or_none_of_it():
    template = TemplateFactory(letter=True)
    now = clock.now()
    jobs = [
        job_of_letters(*[{"created_at": now}] * 3, template=template, original_file_name=f"{n}")
        for n in range(25)
    ]
    together = threading.Barrier(2)

    def cancel_it(job):
        try:
            cancel_letter_job(job.service_id, job.id)
        except BadRequest:
            return False
        return True

    def print_one(job):
        row = Notification.objects.get(job=job, job_row_number=2)
        return lifecycle.move(row.id, Status.SENDING, now=clock.now(), sent_by="dvla")

    def each(do):
        done = set()
        try:
            for job in jobs:
                together.wait(timeout=30)
                if do(job):
                    done.add(job.id)
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(2) as pool:
        cancelled, printed = (
            done.result(timeout=60)
            for done in [pool.submit(each, cancel_it), pool.submit(each, print_one)]
        )

    assert cancelled.isdisjoint(printed)
    assert cancelled | printed == {job.id for job in jobs}
    for job in jobs:
        rows = NotificationHistory.objects.filter(job_id=job.id).order_by("job_row_number")
        wanted = ["cancelled"] * 3 if job.id in cancelled else ["created", "created", "sending"]
        assert [row.status for row in rows] == wanted
