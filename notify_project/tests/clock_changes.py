"""The days on which London's clocks change, for tests of every rule that goes by London's days."""

from datetime import date, timedelta

import pytest

from notify_project.clock import london_midnight

# The last Sundays of March and of October, as long as each is.
DAYS = [
    (date(2027, 3, 28), 23),
    (date(2029, 3, 25), 23),
    (date(2027, 10, 31), 25),
    (date(2029, 10, 28), 25),
]
each_change = pytest.mark.parametrize(
    ("changed", "hours"), DAYS, ids=[f"{day} has {hours} hours" for day, hours in DAYS]
)
# One in spring, and the one on the last day of a month.
one_of_each = pytest.mark.parametrize(
    ("changed", "hours"), [DAYS[0], DAYS[2]], ids=["clocks go forward", "clocks go back"]
)
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def night_of(day):
    """Return 03:00 in London, which is after the change."""
    return london_midnight(day) + (london_midnight(day + DAY) - london_midnight(day)) - 21 * HOUR
