from datetime import timedelta

import pytest

from notifications.delivery.claim import claim_due
from notifications.jobs.control import cancel_job, pause_job, resume_job
from notifications.jobs.rows import persist_range
from notifications.jobs.scheduled import take_due_jobs
from notifications.jobs.tasks import process_job
from notifications.jobs.tasks import resume_job as resumption
from notifications.lifecycle import Outcome, record_outcomes
from notifications.models import Job, Notification
from notifications.tests.jobs.conftest import texts
from notify_project import clock
from notify_project.api.errors import ApiError
from notify_project.constants import Queue
from notify_project.models import AuditEvent
from notify_project.tests.at_once import at_once
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


def status_of(job):
    job.refresh_from_db()
    return job.job_status


def claimed(limit=100):
    return claim_due(Queue.NORMAL, limit=limit, now=clock.now())


def scheduled(mailings):
    return mailings.create(texts(1), scheduled_for=clock.now() + timedelta(days=1))


def test_a_scheduled_job_can_be_cancelled_once(mailings):
    job = scheduled(mailings)

    cancel_job(job.service_id, job.id)

    assert status_of(job) == "cancelled"
    with pytest.raises(ApiError) as refused:
        cancel_job(job.service_id, job.id)
    assert refused.value.status_code == 404


def test_a_job_that_has_started_cannot_be_cancelled(mailings):
    job = mailings.create(texts(1))

    with pytest.raises(ApiError) as refused:
        cancel_job(job.service_id, job.id)

    assert (refused.value.status_code, status_of(job)) == (404, "pending")


@pytest.mark.parametrize("act", [cancel_job, pause_job, resume_job])
def test_jobs_of_other_services_are_not_found(mailings, act):
    job = scheduled(mailings)

    with pytest.raises(ApiError) as refused:
        act(ServiceFactory().id, job.id)

    assert refused.value.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_cancelling_and_starting_cannot_both_win(mailings):
    job = scheduled(mailings)
    Job.objects.filter(id=job.id).update(scheduled_for=clock.now())

    started = []
    refused = at_once(
        lambda: started.append(take_due_jobs(clock.now())),
        lambda: cancel_job(job.service_id, job.id),
    )

    assert (status_of(job) == "cancelled") == (not refused) == (started == [[]])


def test_no_row_of_a_paused_job_goes_out(mailings, recorded_tasks):
    job = mailings.create(texts(5))
    process_job(str(job.id))
    persist_range(job.id, 0, 2)
    in_flight = claimed(1)

    assert pause_job(job.service_id, job.id) == 3
    assert persist_range(job.id, 0, 4) == 0

    assert status_of(job) == "paused"
    assert len(in_flight) == 1
    assert claimed() == []


def test_a_resumed_job_sends_all_its_rows(mailings, recorded_tasks, monkeypatch):
    monkeypatch.setattr("notifications.lifecycle.holding.BATCH", 2)
    job = mailings.create(texts(7))
    process_job(str(job.id))
    persist_range(job.id, 0, 4)
    assert pause_job(job.service_id, job.id) == 5
    recorded_tasks.clear()

    resume_job(job.service_id, job.id)
    assert [task.function for task in recorded_tasks] == ["resume_job"]
    resumption(str(job.id))
    persist_range(job.id, 0, 6)

    assert status_of(job) == "finished"
    assert len(claimed()) == 7


def test_a_retry_that_waits_is_held_back_too(mailings):
    job = mailings.begun(texts(1))
    persist_range(job.id, 0, 0)
    [row] = mailings.rows(job)
    type(row).objects.filter(id=row.id).update(next_attempt_at=clock.now() - timedelta(seconds=1))

    assert pause_job(job.service_id, job.id) == 1

    assert claimed() == []


def test_an_attempt_that_fails_after_the_pause_is_not_repeated_before_the_job_goes_on(
    mailings, recorded_tasks
):
    job = mailings.begun(texts(1))
    persist_range(job.id, 0, 0)
    [row] = claimed()

    assert pause_job(job.service_id, job.id) == 1
    again = clock.now() - timedelta(seconds=1)
    record_outcomes([Outcome(row.id, row.delivery_attempts, next_attempt_at=again)], now=again)

    assert claimed() == []
    resume_job(job.service_id, job.id)
    resumption(str(job.id))
    assert [each.id for each in claimed()] == [row.id]


def test_pausing_may_be_repeated(mailings):
    job = mailings.begun(texts(2))
    persist_range(job.id, 0, 1)

    assert pause_job(job.service_id, job.id) == 2
    assert pause_job(job.service_id, job.id) == 0


def test_a_job_of_which_nothing_waits_is_not_paused(mailings):
    job = mailings.begun(texts(1))
    persist_range(job.id, 0, 0)
    claimed()
    Job.objects.filter(id=job.id).update(job_status=Job.Status.ALL_CREATED)
    Notification.objects.update(status="delivered")

    with pytest.raises(ApiError, match="All messages of this job have gone out"):
        pause_job(job.service_id, job.id)


def test_nothing_else_is_held_back(mailings):
    job, other = mailings.begun(texts(2)), mailings.begun(texts(2), name="b.csv")
    for each in (job, other):
        persist_range(each.id, 0, 1)

    pause_job(job.service_id, job.id)

    assert {row.job_id for row in claimed()} == {other.id}


def test_a_job_that_waits_for_its_time_is_not_paused_but_cancelled(mailings):
    job = scheduled(mailings)

    with pytest.raises(ApiError, match="A job that is scheduled cannot be paused"):
        pause_job(job.service_id, job.id)


def test_only_a_paused_job_is_resumed(mailings):
    job = mailings.create(texts(1))

    with pytest.raises(ApiError, match="A job that is pending cannot be resumed"):
        resume_job(job.service_id, job.id)


def test_a_job_without_its_file_is_not_resumed(mailings):
    job = mailings.begun(texts(1))
    pause_job(job.service_id, job.id)
    Job.objects.filter(id=job.id).update(archived=True)

    with pytest.raises(ApiError, match="not kept any more"):
        resume_job(job.service_id, job.id)


def test_what_was_done_is_in_the_audit_once_and_what_was_refused_is_not(mailings):
    actor, job, later = UserFactory(support=True), mailings.begun(texts(2)), scheduled(mailings)

    pause_job(job.service_id, job.id, actor=actor, reason="wrong text")
    pause_job(job.service_id, job.id, actor=actor)
    resume_job(job.service_id, job.id)
    cancel_job(later.service_id, later.id, actor=actor)
    for act in (resume_job, cancel_job):
        with pytest.raises(ApiError):
            act(later.service_id, later.id, actor=actor)

    made = ("upload recipients", "create job")
    events = AuditEvent.objects.exclude(action__in=made).order_by("created_at")
    assert [
        (e.action, e.subject_id, e.actor, e.before["job_status"], e.after["job_status"], e.reason)
        for e in events
    ] == [
        ("pause job", str(job.id), actor, "in progress", "paused", "wrong text"),
        ("resume job", str(job.id), None, "paused", "error", ""),
        ("cancel job", str(later.id), actor, "scheduled", "cancelled", ""),
    ]
