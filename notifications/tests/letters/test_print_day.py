from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.letters.print_day import end_of_print_day, print_day
from notify_project.clock import LONDON


@pytest.mark.parametrize(
    ("created_at", "day"),
    [
        # Summer.
        ("2018-07-02T16:29:59", "2018-07-02"),
        ("2018-07-02T16:29:59.999999", "2018-07-02"),
        ("2018-07-02T16:30:00", "2018-07-03"),
        ("2018-07-02T22:30:00", "2018-07-03"),
        ("2018-07-02T23:30:00", "2018-07-03"),
        # Winter.
        ("2018-01-10T17:29:59", "2018-01-10"),
        ("2018-01-10T17:30:00", "2018-01-11"),
        # The clocks went forward that morning.
        ("2018-03-25T00:59:59", "2018-03-25"),
        ("2018-03-25T01:00:00", "2018-03-25"),
        ("2018-03-25T16:29:59", "2018-03-25"),
        ("2018-03-25T16:30:00", "2018-03-26"),
        # They will go forward in the night.
        ("2018-03-24T17:29:59", "2018-03-24"),
        ("2018-03-24T17:30:00", "2018-03-25"),
        ("2018-03-24T23:59:59", "2018-03-25"),
        # They went back that morning.
        ("2018-10-28T00:30:00", "2018-10-28"),
        ("2018-10-28T01:30:00", "2018-10-28"),
        ("2018-10-28T17:29:59", "2018-10-28"),
        ("2018-10-28T17:30:00", "2018-10-29"),
        # They will go back in the night.
        ("2018-10-27T16:29:59", "2018-10-27"),
        ("2018-10-27T16:30:00", "2018-10-28"),
        # The last evening of a year.
        ("2018-12-31T17:31:00", "2019-01-01"),
    ],
)
def test_a_letter_belongs_to_the_day_that_ends_at_half_past_five(created_at, day):
    created = datetime.fromisoformat(created_at).replace(tzinfo=UTC)

    assert print_day(created) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "day",
    [date(2018, 7, 2), date(2018, 1, 10), date(2018, 3, 25), date(2018, 10, 28)],
    ids=["summer", "winter", "clocks forward", "clocks back"],
)
def test_every_second_around_half_past_five_is_on_its_side(day):
    half_past_five = datetime(day.year, day.month, day.day, 17, 30, tzinfo=LONDON).astimezone(UTC)

    assert end_of_print_day(day) == half_past_five

    def days(seconds):
        return {print_day(half_past_five + timedelta(seconds=second)) for second in seconds}

    assert days(range(-3600, 0)) == {day}
    assert days(range(3600)) == {day + timedelta(days=1)}


def test_the_time_zone_in_which_an_instant_is_written_does_not_matter():
    utc = datetime(2018, 7, 2, 16, 29, 59, tzinfo=UTC)

    assert print_day(utc) == print_day(utc.astimezone(LONDON)) == date(2018, 7, 2)
