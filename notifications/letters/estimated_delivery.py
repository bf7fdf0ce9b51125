"""When a letter should have arrived, as far as the calendar tells."""

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta

from holidays import country_holidays

from notifications.letters.print_day import print_day
from notify_project.clock import LONDON

# Source: the API contract, estimated delivery. Printers rest on bank holidays; the days of the
# post are days of the week.
DELIVERED_BY_HOUR = 16
BANK_HOLIDAYS: Container[date] = country_holidays("GB", subdiv="ENG")  # Wales has the same
_MONDAY_TO_FRIDAY, _MONDAY_TO_SATURDAY = range(5), range(6)
# Postage -> days after printing, and the days of the week that count.
_DAYS: dict[str, tuple[int, range]] = {
    "first": (1, _MONDAY_TO_SATURDAY),
    "second": (5, _MONDAY_TO_FRIDAY),
    "economy": (7, _MONDAY_TO_FRIDAY),
    "europe": (6, _MONDAY_TO_FRIDAY),
    "rest-of-world": (8, _MONDAY_TO_FRIDAY),
}


def estimated_delivery(created_at: datetime, postage: str) -> datetime:
    """Return the latest expected delivery, in UTC."""
    printed = _after(print_day(created_at), 1, _MONDAY_TO_FRIDAY, without=BANK_HOLIDAYS)
    count, weekdays = _DAYS[postage]
    day = _after(printed, count, weekdays)
    at = datetime(day.year, day.month, day.day, DELIVERED_BY_HOUR, tzinfo=LONDON)
    # The minutes are fixed, the rest tells one letter from another.
    at = at.replace(second=created_at.second, microsecond=created_at.microsecond)
    return at.astimezone(UTC)


def _after(day: date, count: int, weekdays: range, *, without: Container[date] = ()) -> date:
    """Return the day that comes some days of the right kind after another."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() in weekdays and day not in without
    return day
