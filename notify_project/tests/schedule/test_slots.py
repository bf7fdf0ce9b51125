from datetime import UTC, datetime, time, timedelta

import pytest

from notify_project.constants import Queue
from notify_project.schedule.slots import MONDAYS, WORKING_DAYS, PeriodicTask


def tidy_up():
    """Stand for any task."""


def daily(hour, minute=0):
    return PeriodicTask(tidy_up, Queue.PERIODIC, at=time(hour, minute))


def every(minutes):
    return PeriodicTask(tidy_up, Queue.PERIODIC, every=timedelta(minutes=minutes))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-01-15 03:04:00", "2026-01-15 03:04:00"),
        ("2026-01-15 03:03:59", "2026-01-14 03:04:00"),
        ("2026-07-15 02:04:00", "2026-07-15 02:04:00"),
        ("2026-07-15 02:03:59", "2026-07-14 02:04:00"),
        # The clocks go forward in the night to 29 March, and back in that to 25 October.
        ("2026-03-29 02:30:00", "2026-03-29 02:04:00"),
        ("2026-03-29 01:30:00", "2026-03-28 03:04:00"),
        ("2026-10-25 03:30:00", "2026-10-25 03:04:00"),
        ("2026-10-25 02:30:00", "2026-10-24 02:04:00"),
    ],
)
def test_a_daily_slot_is_a_london_time(now, slot):
    assert daily(3, 4).latest_slot(utc(now)) == utc(slot)


def test_each_london_day_of_a_year_has_one_daily_slot():
    hours = [utc("2026-01-01 00:30:00") + timedelta(hours=n) for n in range(365 * 24)]

    for task in (daily(0, 10), daily(3, 4), daily(23, 59)):
        assert len({task.latest_slot(hour) for hour in hours}) in {365, 366}


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-01-15 03:04:00", "2026-01-15 03:00:00"),
        ("2026-01-15 03:10:00", "2026-01-15 03:10:00"),
        ("2026-01-15 03:19:59.999999", "2026-01-15 03:10:00"),
        ("2026-10-25 01:15:00", "2026-10-25 01:10:00"),
    ],
)
def test_interval_slots_are_the_same_on_every_machine(now, slot):
    assert every(10).latest_slot(utc(now)) == utc(slot)


def test_no_slot_lies_in_the_hour_that_may_be_missing():
    with pytest.raises(ValueError, match="an hour may be missing"):
        daily(1, 30)


@pytest.mark.parametrize("when", [{}, {"at": time(3), "every": timedelta(hours=1)}])
def test_a_task_has_a_time_or_an_interval(when):
    with pytest.raises(ValueError, match="a time of the day or an interval"):
        PeriodicTask(tidy_up, Queue.PERIODIC, **when)


@pytest.mark.parametrize(
    ("task", "before", "after", "missed"),
    [
        (every(10), "2026-01-15 03:00:00", "2026-01-15 03:10:00", 0),
        (every(10), "2026-01-15 03:00:00", "2026-01-15 04:00:00", 5),
        (every(10), "2026-01-15 03:00:00", "2026-01-15 03:00:00", 0),
        (daily(3), "2026-03-28 03:00:00", "2026-03-29 02:00:00", 0),
        (daily(3), "2026-03-28 03:00:00", "2026-03-31 02:00:00", 2),
    ],
)
def test_missed_slots_are_counted(task, before, after, missed):
    assert task.missed_between(utc(before), utc(after)) == missed


def test_a_task_is_called_after_its_function():
    assert every(10).name == "tidy_up"


@pytest.mark.parametrize(
    ("task", "slot", "following"),
    [
        (every(10), "2026-01-15 03:00:00", "2026-01-15 03:10:00"),
        (daily(3, 4), "2026-01-15 03:04:00", "2026-01-16 03:04:00"),
        (daily(3, 4), "2026-03-28 03:04:00", "2026-03-29 02:04:00"),
        (daily(3, 4), "2026-10-24 02:04:00", "2026-10-25 03:04:00"),
    ],
    ids=["interval", "daily", "forward", "back"],
)
def test_a_slot_is_followed_by_another(task, slot, following):
    assert task.slot_after(utc(slot)) == utc(following)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        # 25 November 2026 is a Wednesday.
        ("2026-11-25 10:30:00", "2026-11-25 10:30:00"),
        ("2026-11-27 23:00:00", "2026-11-27 10:30:00"),
        ("2026-11-28 12:00:00", "2026-11-27 10:30:00"),
        ("2026-11-30 10:29:59", "2026-11-27 10:30:00"),
        ("2026-11-30 10:30:00", "2026-11-30 10:30:00"),
        # Over a weekend in which the clocks change.
        ("2026-03-30 09:29:59", "2026-03-27 10:30:00"),
        ("2026-03-30 09:30:00", "2026-03-30 09:30:00"),
        ("2026-10-26 10:30:00", "2026-10-26 10:30:00"),
    ],
)
def test_a_slot_of_working_days_passes_over_weekends(now, slot):
    task = PeriodicTask(tidy_up, Queue.PERIODIC, at=time(10, 30), weekdays=WORKING_DAYS)

    assert task.latest_slot(utc(now)) == utc(slot)


def test_the_slot_after_a_friday_is_on_monday():
    task = PeriodicTask(tidy_up, Queue.PERIODIC, at=time(10, 30), weekdays=WORKING_DAYS)

    assert task.slot_after(utc("2026-03-27 10:30:00")) == utc("2026-03-30 09:30:00")
    assert task.slot_after(utc("2026-03-30 09:30:00")) == utc("2026-03-31 09:30:00")


def test_only_days_that_have_a_slot_are_missed():
    task = PeriodicTask(tidy_up, Queue.PERIODIC, at=time(10, 30), weekdays=WORKING_DAYS)

    friday, monday = utc("2026-03-27 10:30:00"), utc("2026-03-30 09:30:00")
    assert task.missed_between(friday, monday) == 0
    assert task.missed_between(friday, utc("2026-04-02 09:30:00")) == 3


@pytest.mark.parametrize(
    "when",
    [
        {"every": timedelta(hours=1), "weekdays": MONDAYS},
        {"at": time(3), "weekdays": frozenset()},
    ],
)
def test_weekdays_belong_to_a_time_of_the_day(when):
    with pytest.raises(ValueError, match="weekdays"):
        PeriodicTask(tidy_up, Queue.PERIODIC, **when)
