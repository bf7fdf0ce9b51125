from datetime import timedelta

import pytest
from freezegun import freeze_time

from notifications.jobs.rows import persist_range
from notifications.jobs.tasks import (
    check_for_missing_rows_in_completed_jobs,
    check_job_status,
    process_job,
    resume_job,
    run_scheduled_jobs,
    update_status_of_fully_processed_jobs,
)
from notifications.models import Job, Notification, NotificationHistory
from notifications.tests.jobs.conftest import texts
from notify_project import clock
from services.models import Service

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=3)


@pytest.fixture(autouse=True)
def _small_ranges(settings):
    settings.JOB_ROWS_OF_A_TASK = 4


def taken(recorded_tasks, function):
    """Return the arguments of what was queued, and forget it."""
    found = [task.args for task in recorded_tasks if task.function == function]
    recorded_tasks.clear()
    return found


def status_of(job):
    job.refresh_from_db()
    return job.job_status


def set_status(job, status, age=LATER):
    Job.objects.filter(id=job.id).update(job_status=status, heartbeat_at=clock.now() - age)


@pytest.mark.parametrize("status", ["in progress", "error"])
def test_a_job_that_stopped_half_way_is_resumed_with_exactly_what_is_missing(
    mailings, recorded_tasks, status
):
    job = mailings.begun(texts(10))
    persist_range(job.id, 0, 1)
    persist_range(job.id, 4, 7)
    set_status(job, status)
    recorded_tasks.clear()

    check_job_status()
    assert status_of(job) == "error"
    assert taken(recorded_tasks, "resume_job") == [(str(job.id),)]
    resume_job(str(job.id))

    assert status_of(job) == "finished"
    assert taken(recorded_tasks, "persist_rows") == [
        (str(job.id), "0", "3"),
        (str(job.id), "8", "9"),
    ]


def test_a_job_that_makes_progress_is_left_alone(mailings, recorded_tasks):
    job = mailings.begun(texts(10))
    set_status(job, "in progress", timedelta(seconds=100))
    recorded_tasks.clear()

    check_job_status()

    assert (status_of(job), recorded_tasks) == ("in progress", [])


@pytest.mark.parametrize("scheduled", [False, True])
def test_a_job_that_was_never_begun_is_begun(mailings, recorded_tasks, scheduled):
    job = mailings.create(texts(2))
    columns = {"scheduled_for" if scheduled else "created_at": clock.now() - LATER}
    Job.objects.filter(id=job.id).update(**columns)
    recorded_tasks.clear()

    check_job_status()
    resume_job(*taken(recorded_tasks, "resume_job")[0])

    assert status_of(job) == "finished"
    assert taken(recorded_tasks, "persist_rows") == [(str(job.id), "0", "1")]


def test_a_scheduled_job_that_has_just_become_due_is_not_begun_twice(mailings, recorded_tasks):
    job = mailings.create(texts(2), scheduled_for=clock.now() + timedelta(days=1))
    with freeze_time(clock.now() + timedelta(days=1, minutes=1)):
        run_scheduled_jobs()
        assert taken(recorded_tasks, "process_job") == [(str(job.id),)]
        check_job_status()
        run_scheduled_jobs()

    assert (status_of(job), recorded_tasks) == ("pending", [])


def test_a_scheduled_job_starts_when_it_is_due_and_not_before(mailings, recorded_tasks):
    job = mailings.create(texts(2), scheduled_for=clock.now() + timedelta(hours=1))

    run_scheduled_jobs()
    check_job_status()
    assert (status_of(job), recorded_tasks) == ("scheduled", [])

    with freeze_time(clock.now() + timedelta(hours=1, seconds=1)):
        run_scheduled_jobs()
    assert status_of(job) == "pending"


def test_lost_ranges_of_a_finished_job_are_handed_out_again(mailings, recorded_tasks):
    job = mailings.create(texts(10))
    process_job(str(job.id))
    recorded_tasks.clear()
    with freeze_time(clock.now() + LATER):
        check_for_missing_rows_in_completed_jobs()
        assert len(taken(recorded_tasks, "persist_rows")) == 3
        check_for_missing_rows_in_completed_jobs()

    assert recorded_tasks == []
    job.refresh_from_db()
    assert (job.job_status, job.repair_count) == ("finished", 1)


def test_a_job_whose_rows_go_missing_again_and_again_raises_an_alert(
    mailings, recorded_tasks, caplog
):
    job = mailings.create(texts(1))
    process_job(str(job.id))
    for round_ in range(3):
        with freeze_time(clock.now() + LATER * (round_ + 1)):
            check_for_missing_rows_in_completed_jobs()

    assert [r.levelname for r in caplog.records if r.name == "notifications.jobs.repair"] == [
        "WARNING",
        "WARNING",
        "ERROR",
    ]


def test_a_job_is_complete_when_every_row_has_its_message(mailings):
    job, short = mailings.create(texts(3)), mailings.create(texts(3), name="b.csv")
    for each in (job, short):
        process_job(str(each.id))
    persist_range(job.id, 0, 2)
    persist_range(short.id, 0, 1)

    update_status_of_fully_processed_jobs()

    assert status_of(job) == "finished all notifications created"
    assert status_of(short) == "finished"


def test_what_was_deleted_at_the_end_of_retention_counts_as_there(mailings, recorded_tasks):
    job = mailings.create(texts(3))
    process_job(str(job.id))
    persist_range(job.id, 0, 2)
    Notification.objects.filter(job=job, job_row_number__gt=0).delete()
    assert NotificationHistory.objects.filter(job_id=job.id).count() == 3
    recorded_tasks.clear()

    with freeze_time(clock.now() + LATER):
        check_for_missing_rows_in_completed_jobs()
    update_status_of_fully_processed_jobs()

    assert recorded_tasks == []
    assert status_of(job) == "finished all notifications created"


def test_what_only_history_remembers_is_not_judged_again(mailings, recorded_tasks):
    job = mailings.create(texts(2))
    process_job(str(job.id))
    persist_range(job.id, 0, 0)
    Notification.objects.filter(job=job).delete()
    Service.objects.filter(id=job.service_id).update(active=False)
    set_status(job, "error")
    recorded_tasks.clear()

    resume_job(str(job.id))

    assert status_of(job) == "finished"


def test_one_bad_job_does_not_stop_the_others(mailings, recorded_tasks, files):
    bad, good = mailings.begun(texts(1)), mailings.begun(texts(1))
    for path in files.rglob(f"{bad.id}.*"):
        path.unlink()
    set_status(bad, "in progress")
    set_status(good, "in progress")

    recorded_tasks.clear()
    check_job_status()

    assert set(taken(recorded_tasks, "resume_job")) == {(str(bad.id),), (str(good.id),)}
    with pytest.raises(Exception, match=str(bad.id)):
        resume_job(str(bad.id))
    resume_job(str(good.id))
    assert (status_of(bad), status_of(good)) == ("in progress", "finished")


def test_two_schedulers_take_a_stuck_job_once(mailings, recorded_tasks):
    job = mailings.begun(texts(1))
    set_status(job, "error")
    recorded_tasks.clear()

    check_job_status()
    check_job_status()

    assert len(taken(recorded_tasks, "resume_job")) == 1
