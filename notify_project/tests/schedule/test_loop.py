import logging
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from freezegun import freeze_time

from notifications.tests.factories import CallbackDeliveryFactory, NotificationFactory
from notify_project import clock, queues
from notify_project.constants import Queue
from notify_project.models import PeriodicRun
from notify_project.queues import enqueue
from notify_project.schedule import plan, runs, tasks
from notify_project.schedule.loop import Scheduler
from notify_project.schedule.slots import MONDAYS, WORKING_DAYS, PeriodicTask
from services.models import PersonSession

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.redis]

DAYS = {MONDAYS: "Monday", WORKING_DAYS: "Monday to Friday"}
NOON = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)


def slots_of(name):
    return list(
        PeriodicRun.objects.filter(task=name).order_by("slot").values_list("slot", flat=True)
    )


def turns(*instants):
    """Let one scheduler take a turn at each instant."""
    with freeze_time(instants[0]) as time:
        scheduler = Scheduler()
        for instant in instants:
            time.move_to(instant)
            scheduler.turn()
    return scheduler


def queued_slots():
    """Count the slots of what is queued; alerts are looked for by the scheduler itself."""
    return PeriodicRun.objects.exclude(task="log_alerts").count()


def of(recorded, function):
    return [task for task in recorded if task.function == function]


@pytest.fixture
def redis_without_tasks(redis, recorded_tasks):
    return recorded_tasks


def test_a_new_installation_begins_with_the_next_slot(redis_without_tasks):
    turns(NOON)

    assert PeriodicRun.objects.count() == 0


def test_of_two_schedulers_one_logs_alerts_every_five_minutes(redis_without_tasks, caplog):
    NotificationFactory(created_at=NOON - timedelta(minutes=2))
    caplog.set_level(logging.ERROR)
    with freeze_time(NOON) as time:
        schedulers = [Scheduler(), Scheduler()]
        for minute in range(11):
            time.move_to(NOON + timedelta(minutes=minute))
            for scheduler in schedulers:
                scheduler.turn()

    behind = [line for line in caplog.messages if line.startswith("alert LaneBehind")]
    assert behind == [
        "alert LaneBehind: notify_lane_oldest_seconds of normal is 420, the limit is 60",
        "alert LaneBehind: notify_lane_oldest_seconds of normal is 720, the limit is 60",
    ]
    assert [slot.minute for slot in slots_of("log_alerts")] == [5, 10]
    assert set(PeriodicRun.objects.filter(task="log_alerts").values_list("state")) == {("done",)}


def test_a_slot_is_taken_and_queued_once(redis_without_tasks):
    turns(NOON, NOON + timedelta(minutes=2), NOON + timedelta(minutes=2, seconds=1))

    assert slots_of("alert_on_never_started") == [datetime(2026, 11, 25, 12, 2, tzinfo=UTC)]
    [task] = [task for task in redis_without_tasks if "alert_on_never_started" in task.args]
    assert (task.queue, task.function) == (Queue.PERIODIC, "run_periodic")
    assert task.args == ("alert_on_never_started", "2026-11-25T12:02:00+00:00")


def test_of_two_schedulers_one_gets_a_slot(redis_without_tasks):
    with freeze_time(NOON) as time:
        schedulers = [Scheduler(), Scheduler()]
        for minute in range(60):
            time.move_to(NOON + timedelta(minutes=minute))
            for scheduler in schedulers:
                scheduler.turn()

    queued = [task.args for task in of(redis_without_tasks, "run_periodic")]
    assert len(queued) == len(set(queued)) == queued_slots()
    assert len(slots_of("alert_on_never_started")) == 29
    assert len(slots_of("repair_template_usage")) == 5


def test_two_schedulers_at_the_same_moments_of_an_hour_queue_each_slot_once(redis_without_tasks):
    minutes = [NOON + timedelta(minutes=minute) for minute in range(61)]
    with freeze_time(NOON) as time:
        moves = iter(minutes)
        # Both turn at once, and the clock moves on while neither does.
        together = threading.Barrier(2, action=lambda: time.move_to(next(moves)))
        schedulers = [Scheduler(), Scheduler()]

        def turn_through_the_hour(scheduler):
            try:
                for _ in minutes:
                    together.wait()
                    scheduler.turn()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(turn_through_the_hour, schedulers))

    queued = Counter(task.args for task in of(redis_without_tasks, "run_periodic"))
    assert set(queued.values()) == {1}
    assert len(queued) == queued_slots()
    for name, task in plan.PERIODIC_TASKS.items():
        if task.every:
            every = max(task.every, timedelta(minutes=1))
            assert len(slots_of(name)) == timedelta(hours=1) // every, name


def test_of_many_at_the_same_moment_one_gets_a_slot():
    def take(_):
        try:
            return runs.take("tidy_up", NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(8)))

    assert sum(taken) == 1


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25)],
    ids=["forward", "back"],
)
def test_two_schedulers_share_the_night_in_which_the_clocks_change(redis_without_tasks, day, hours):
    # Begun at the time of a task, a scheduler takes it for one that ran before.
    evening = clock.london_midnight(day) + timedelta(hours=19, minutes=30)
    with freeze_time(evening) as time:
        schedulers = [Scheduler(), Scheduler()]
        for half_hour in range(2 * hours):
            time.move_to(evening + half_hour * timedelta(minutes=30))
            for scheduler in schedulers:
                scheduler.turn()
            # As workers do; or it would be queued again.
            PeriodicRun.objects.update(state="done")

    queued = [task.args for task in of(redis_without_tasks, "run_periodic")]
    daily = {
        name: task.at
        for name, task in plan.PERIODIC_TASKS.items()
        if task.at and len(task.weekdays) == 7
    }
    taken = {
        name: [slot.astimezone(clock.LONDON).time() for slot in slots_of(name)] for name in daily
    }
    assert len(queued) == len(set(queued)) == queued_slots()
    # From one evening to the next, each at the time that London's clocks show.
    assert taken == {name: [at] for name, at in daily.items()}


def test_after_a_stop_the_newest_missed_slot_runs_and_the_others_are_logged(
    redis_without_tasks, caplog, counted
):
    PeriodicRun.objects.create(task="repair_template_usage", slot=NOON.replace(second=0))

    turns(NOON + timedelta(hours=1))

    assert [slot.minute for slot in slots_of("repair_template_usage")] == [0, 0]
    assert "repair_template_usage missed 5 slots" in caplog.text
    assert counted("notify_periodic_missed_slots_total") == {("repair_template_usage",): 5}


NIGHTLY = "delete_notifications_older_than_retention"
AT_NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)


def queued_again(recorded, state, *ages, schedulers=1):
    """Return how often a nightly slot is queued by schedulers at these ages of it."""
    PeriodicRun.objects.create(task=NIGHTLY, slot=AT_NIGHT, state=state, started_at=AT_NIGHT)
    for age in ages:
        for _ in range(schedulers):
            turns(AT_NIGHT + age)
    return len([task for task in of(recorded, "run_periodic") if NIGHTLY in task.args])


@pytest.mark.parametrize(
    ("state", "minutes", "times"),
    [
        ("started", [29], 0),
        ("started", [31], 1),
        ("started", [31, 60], 1),
        ("started", [31, 62], 2),
        ("failed", [31], 1),
        ("done", [31], 0),
        ("started", [6 * 60 + 1], 0),
    ],
    ids=["waits", "lost", "waits again", "lost twice", "failed", "done", "given up"],
)
def test_a_nightly_task_that_was_lost_or_failed_is_queued_again(
    redis_without_tasks, state, minutes, times
):
    ages = [timedelta(minutes=each) for each in minutes]

    assert queued_again(redis_without_tasks, state, *ages) == times


def test_of_two_schedulers_one_queues_a_lost_task_again(redis_without_tasks, caplog):
    assert queued_again(redis_without_tasks, "started", timedelta(hours=1), schedulers=2) == 1
    assert f"periodic task {NIGHTLY} of {AT_NIGHT} is queued again" in caplog.text


def test_a_lost_task_of_an_interval_has_its_next_slot(redis_without_tasks):
    slot = NOON.replace(second=0)
    PeriodicRun.objects.create(task="delete_old_idempotent_answers", slot=slot, started_at=slot)

    turns(NOON + timedelta(minutes=45))

    queued = of(redis_without_tasks, "run_periodic")
    assert [task for task in queued if "delete_old_idempotent_answers" in task.args] == []


def test_a_night_that_was_slept_through_is_caught_up_in_the_morning(redis_without_tasks):
    name = "rebuild_template_usage_for_yesterday"
    PeriodicRun.objects.create(task=name, slot=datetime(2026, 11, 24, 0, 10, tzinfo=UTC))

    turns(NOON)

    assert slots_of(name)[-1] == datetime(2026, 11, 25, 0, 10, tzinfo=UTC)


def test_a_clock_that_ran_ahead_does_not_hold_up_the_schedule(redis_without_tasks):
    PeriodicRun.objects.create(task="alert_on_never_started", slot=NOON + timedelta(days=999))

    turns(NOON, NOON + timedelta(minutes=2))

    assert len(slots_of("alert_on_never_started")) == 2


def test_a_slot_that_cannot_be_queued_is_tried_again(redis, settings, monkeypatch, caplog):
    monkeypatch.setattr(queues, "intercept", None)
    for name in plan.PERIODIC_TASKS.keys() - {"alert_on_never_started"}:
        monkeypatch.delitem(plan.PERIODIC_TASKS, name)
    there = settings.REDIS_URL
    with freeze_time(NOON) as time:
        scheduler = Scheduler()
        scheduler.turn()
        time.move_to(NOON + timedelta(minutes=2))
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        scheduler.turn()
        scheduler.turn()
        left = slots_of("alert_on_never_started")
        settings.REDIS_URL = there
        scheduler.turn()

    assert left == []
    assert len(slots_of("alert_on_never_started")) == 1
    assert redis.llen("rq:queue:periodic") == 1
    failures = [r for r in caplog.records if "queueing periodic tasks failed" in r.getMessage()]
    assert len(failures) == 1
    assert "queueing periodic tasks works again" in caplog.text


def test_a_lost_database_connection_does_not_end_the_scheduler(redis_without_tasks):
    with freeze_time(NOON) as time:
        scheduler = Scheduler()
        scheduler.turn()
        connection.connection.close()
        time.move_to(NOON + timedelta(minutes=2))
        for _ in range(3):
            scheduler.turn()

    assert len(slots_of("alert_on_never_started")) == 1


def test_lanes_with_due_messages_are_woken(redis_without_tasks):
    NotificationFactory(created_at=clock.now())
    NotificationFactory(created_at=clock.now(), research=True)

    Scheduler().turn()

    woken = of(redis_without_tasks, "deliver_lane")
    assert {task.args for task in woken} == {("normal",), ("research-mode",)}


def test_lanes_are_not_looked_at_with_every_turn(redis_without_tasks):
    scheduler = Scheduler()
    scheduler.turn()
    NotificationFactory(created_at=clock.now())

    scheduler.turn()

    assert of(redis_without_tasks, "deliver_lane") == []


def test_delayed_tasks_are_queued_when_their_time_has_come(redis, monkeypatch):
    monkeypatch.setattr(queues, "intercept", None)
    enqueue(tasks.run_periodic, "a", "b", queue=Queue.PERIODIC, delay=timedelta(seconds=-1))
    enqueue(tasks.run_periodic, "a", "b", queue=Queue.PERIODIC, delay=timedelta(hours=1))

    Scheduler().turn()

    assert redis.llen("rq:queue:periodic") == 1
    assert redis.zcard("rq:scheduled:periodic") == 1


def test_a_stopped_scheduler_gives_its_locks_to_the_next(redis, recorded_tasks):
    scheduler = Scheduler()
    scheduler.turn()
    scheduler.stop()

    scheduler.run()

    assert redis.keys("rq:scheduler-lock:*") == []


def test_a_periodic_task_records_that_it_is_done(recorded_tasks):
    runs.take("delete_old_periodic_runs", NOON)

    tasks.run_periodic("delete_old_periodic_runs", NOON.isoformat())

    row = PeriodicRun.objects.get()
    assert (row.state, row.detail) == ("done", "")
    assert row.finished_at is not None


def test_a_periodic_task_that_is_done_does_not_run_again(recorded_tasks):
    runs.take("delete_old_periodic_runs", NOON)
    tasks.run_periodic("delete_old_periodic_runs", NOON.isoformat())
    PeriodicRun.objects.create(task="old", slot=clock.now() - timedelta(days=31))

    tasks.run_periodic("delete_old_periodic_runs", NOON.isoformat())

    assert PeriodicRun.objects.filter(task="old").exists()


def test_a_periodic_task_that_fails_is_recorded_and_may_run_again(monkeypatch, counted):
    outcomes = [LookupError("nobody@example.com"), None]

    def stumble():
        if error := outcomes.pop(0):
            raise error

    task = PeriodicTask(stumble, Queue.PERIODIC, every=timedelta(minutes=1))
    monkeypatch.setitem(plan.PERIODIC_TASKS, "stumble", task)
    runs.take("stumble", NOON)

    with pytest.raises(LookupError):
        tasks.run_periodic("stumble", NOON.isoformat())
    failed = PeriodicRun.objects.get()
    tasks.run_periodic("stumble", NOON.isoformat())

    assert (failed.state, failed.detail) == ("failed", "LookupError")
    assert PeriodicRun.objects.get().state == "done"
    assert counted("notify_periodic_run_seconds") == {
        ("stumble", "failed"): 1,
        ("stumble", "done"): 1,
    }


def test_a_periodic_task_that_was_removed_is_left_out(caplog):
    tasks.run_periodic("collect_stamps", NOON.isoformat())

    assert "collect_stamps is not known" in caplog.text


def test_old_runs_are_deleted():
    kept = PeriodicRun.objects.create(task="a", slot=NOON - timedelta(days=30))
    PeriodicRun.objects.create(task="a", slot=NOON - timedelta(days=30, seconds=1))

    deleted = runs.delete_old_runs(NOON)

    assert (deleted, list(PeriodicRun.objects.all())) == (1, [kept])


def test_the_schedule_runs_what_it_must():
    when = {
        name: (f"{task.at} {DAYS.get(task.weekdays, '')}".strip() if task.at else task.every)
        for name, task in plan.PERIODIC_TASKS.items()
    }

    assert when == {
        "finish_test_letters": timedelta(minutes=1),
        "make_letters": timedelta(minutes=1),
        "hand_over_print_batches": timedelta(minutes=1),
        "collate_letters": "17:50:00",
        "read_printer_files": timedelta(minutes=10),
        "alert_on_unacknowledged_files": "23:00:00",
        "check_pdf_letters": timedelta(minutes=1),
        "delete_left_files": "04:40:00",
        "delete_unsubscribe_requests": "02:50:00",
        "lower_failing_providers": timedelta(seconds=15),
        "lower_slow_providers": timedelta(minutes=1),
        "recover_providers": timedelta(minutes=5),
        "rematch_receipts": timedelta(minutes=1),
        "alert_on_never_started": timedelta(minutes=2),
        "publish_due_template_changes": timedelta(minutes=1),
        "count_hourly_volumes": timedelta(minutes=5),
        "count_messages_of_today": timedelta(minutes=5),
        "restart_lost_reports": timedelta(minutes=5),
        "expire_reports": timedelta(hours=1),
        "repair_template_usage": timedelta(minutes=10),
        "give_back_released": timedelta(minutes=1),
        "resume_bulk_actions": timedelta(minutes=1),
        "run_scheduled_jobs": timedelta(minutes=1),
        "check_job_status": timedelta(minutes=1),
        "check_for_missing_rows_in_completed_jobs": timedelta(minutes=1),
        "update_status_of_fully_processed_jobs": timedelta(minutes=1),
        "remove_sms_email_jobs": "04:00:00",
        "remove_letter_jobs": "04:20:00",
        "timeout_sending_notifications": "00:05:00",
        "rebuild_template_usage_for_yesterday": "00:10:00",
        "create_nightly_notification_status": "00:30:00",
        "save_daily_notification_processing_time": "02:05:00",
        "create_nightly_billing": "00:15:00",
        "update_ft_billing_for_today": timedelta(hours=1),
        "alert_on_spent_budgets": timedelta(hours=1),
        "populate_annual_billing": "02:01:00",
        "purge_expired_documents": "02:30:00",
        "delete_inbound_sms": "02:40:00",
        "delete_old_idempotent_answers": timedelta(hours=1),
        "delete_notifications_older_than_retention": "03:00:00",
        "delete_old_callbacks": "03:04:00",
        "delete_old_provider_figures": "03:04:00",
        "delete_old_periodic_runs": "03:04:00",
        "delete_expired_sessions": "03:04:00",
        "check_services_with_high_failure_rates_or_tv_numbers": "10:30:00 Monday to Friday",
        "check_low_available_inbound_numbers": "09:00:00 Monday",
        "recreate_missing_letter_pdfs": timedelta(minutes=15),
        "check_if_letters_still_pending_virus_check": timedelta(minutes=10),
        "check_if_letters_still_in_created": "07:00:00 Monday to Friday",
        "check_if_letters_in_technical_failure": "07:00:00",
        "raise_alert_if_letters_still_sending": "19:00:00 Monday to Friday",
        "check_letters_pending_virus_check_nightly": "20:00:00",
        "delete_old_print_batches": "04:50:00",
    }


def test_sessions_that_are_over_are_deleted():
    for end in (-1, 1):
        expiry = clock.now() + timedelta(hours=end)
        PersonSession.objects.create(session_key=f"ends{end}", session_data="", expire_date=expiry)

    plan.delete_expired_sessions()

    assert [session.session_key for session in PersonSession.objects.all()] == ["ends1"]


def test_services_that_must_be_told_something_are_looked_for(redis_without_tasks):
    CallbackDeliveryFactory(created_at=NOON)
    CallbackDeliveryFactory(created_at=NOON, state="done")

    turns(NOON - timedelta(seconds=1))
    before = of(redis_without_tasks, "send_callbacks")
    turns(NOON)

    assert before == []
    assert [task.queue for task in of(redis_without_tasks, "send_callbacks")] == [Queue.CALLBACKS]
