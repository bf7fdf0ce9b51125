"""London's calendar, in winter, in summer and on the days between them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun import freeze_time

from notify_project import clock


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-01-15 23:30", "2026-01-15"),
        ("2026-06-10 22:59:59", "2026-06-10"),
        ("2026-06-10 23:00:00", "2026-06-11"),
        ("2026-03-29 00:30", "2026-03-29"),
        ("2026-03-29 23:00:00", "2026-03-30"),
        ("2026-10-24 23:00:00", "2026-10-25"),
        ("2026-10-25 23:59:59", "2026-10-25"),
        ("2018-06-14 22:59:59.999999", "2018-06-14"),
        ("2018-06-14 23:00:00", "2018-06-15"),
    ],
)
def test_an_instant_belongs_to_the_day_that_london_has_then(instant, day):
    assert clock.london_day(utc(instant)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "begin", "end", "hours"),
    [
        ("2018-01-15", "2018-01-15 00:00", "2018-01-16 00:00", 24),
        ("2018-03-25", "2018-03-25 00:00", "2018-03-25 23:00", 23),
        ("2018-03-26", "2018-03-25 23:00", "2018-03-26 23:00", 24),
        ("2018-06-15", "2018-06-14 23:00", "2018-06-15 23:00", 24),
        ("2018-10-28", "2018-10-27 23:00", "2018-10-29 00:00", 25),
        ("2018-04-01", "2018-03-31 23:00", "2018-04-01 23:00", 24),
        ("2026-03-29", "2026-03-29 00:00", "2026-03-29 23:00", 23),
        ("2026-10-25", "2026-10-24 23:00", "2026-10-26 00:00", 25),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight_in_london(day, begin, end, hours):
    bounds = clock.london_day_bounds(date.fromisoformat(day))

    assert bounds == (utc(begin), utc(end))
    assert bounds[1] - bounds[0] == timedelta(hours=hours)


def test_the_days_before_are_calendar_days():
    days = clock.london_days_back(date(2026, 3, 30), 2)

    assert days == [date(2026, 3, 30), date(2026, 3, 29), date(2026, 3, 28)]


@freeze_time("2026-06-10 23:30:00")
def test_today_is_already_tomorrow_in_london_on_a_summer_night():
    assert clock.london_today() == date(2026, 6, 11)


def test_now_is_aware_and_in_utc():
    assert clock.now().utcoffset() == timedelta(0)


def test_the_api_writes_an_instant_with_six_digits_and_a_z():
    instant = datetime(2026, 6, 11, 0, 30, tzinfo=clock.LONDON)

    assert clock.api_time(instant) == "2026-06-10T23:30:00.000000Z"


@pytest.mark.parametrize(
    ("day", "year"),
    [
        ("2018-03-31", 2017),
        ("2018-04-01", 2018),
        ("2018-12-31", 2018),
        ("2019-01-01", 2018),
        ("2020-02-29", 2019),
    ],
)
def test_a_financial_year_begins_on_the_first_of_april(day, year):
    first, last = clock.financial_year_days(year)

    assert clock.financial_year(date.fromisoformat(day)) == year
    assert first <= date.fromisoformat(day) <= last


def test_a_financial_year_begins_an_hour_before_midnight_in_utc():
    first, last = clock.financial_year_days(2017)

    assert clock.london_day_bounds(first)[0] == utc("2017-03-31 23:00")
    assert clock.london_day_bounds(last)[1] == utc("2018-03-31 23:00")


def test_an_instant_in_words_is_london_time():
    assert clock.london_words(datetime(2026, 7, 1, 23, 30, 5, tzinfo=UTC)) == (
        "2 July 2026 at 00:30:05"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (1.25, "1.2 s"),
        (12, "12 s"),
        (59.9, "1 min"),
        (90, "1 min 30 s"),
        (3_000, "50 min"),
        (3_599.8, "1 h"),
        (5_400, "1 h 30 min"),
        (90_000, "1 day 1 h"),
        (172_800, "2 days"),
    ],
)
def test_a_duration_in_words_is_as_exact_as_anybody_wants(seconds, words):
    assert clock.duration_words(timedelta(seconds=seconds)) == words
