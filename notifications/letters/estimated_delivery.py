"""When a letter should have arrived, as far as the calendar tells."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from notifications.letters.print_day import print_day
from notify_project.clock import LONDON

# Source: the API contract, dates for a letter. Printers rest on bank holidays; the days of the
# post are days of the week.
PRINTED_BY_HOUR, DELIVERED_BY_HOUR = 15, 16
_MONDAY_TO_FRIDAY, _MONDAY_TO_SATURDAY = range(5), range(6)
# Postage -> fewest and most days after printing, and the days of the week that count.
_DAYS: dict[str, tuple[int, int, range]] = {
    "first": (1, 1, _MONDAY_TO_SATURDAY),
    "second": (4, 5, _MONDAY_TO_FRIDAY),
    "economy": (4, 7, _MONDAY_TO_FRIDAY),
    "europe": (4, 6, _MONDAY_TO_FRIDAY),
    "rest-of-world": (6, 8, _MONDAY_TO_FRIDAY),
}


@dataclass(frozen=True, slots=True)
class LetterDates:
    """When a letter is printed, and when it should arrive; in UTC."""

    printed_by: datetime
    earliest_delivery: datetime
    latest_delivery: datetime


def letter_dates(created_at: datetime, postage: str) -> LetterDates:
    """Return the dates that people are told for a letter."""
    printed = _after(print_day(created_at), 1, _MONDAY_TO_FRIDAY, without=bank_holidays())
    fewest, most, weekdays = _DAYS[postage]
    return LetterDates(
        printed_by=_at(printed, PRINTED_BY_HOUR),
        earliest_delivery=_at(_after(printed, fewest, weekdays), DELIVERED_BY_HOUR),
        latest_delivery=_at(_after(printed, most, weekdays), DELIVERED_BY_HOUR),
    )


def estimated_delivery(created_at: datetime, postage: str) -> datetime:
    """Return the latest expected delivery as the API gives it, in UTC."""
    at = letter_dates(created_at, postage).latest_delivery
    # The minutes are fixed, the rest tells one letter from another.
    return at.replace(second=created_at.second, microsecond=created_at.microsecond)


@cache
def bank_holidays() -> Container[date]:
    """Return the days on which England and Wales rest.

    The library knows every country and takes 11 MB: only who has to do with letters loads it.
    """
    from holidays import country_holidays  # noqa: PLC0415

    return country_holidays("GB", subdiv="ENG")


def is_working_day(day: date) -> bool:
    """Does the printer work on a day?"""
    return day.weekday() in _MONDAY_TO_FRIDAY and day not in bank_holidays()


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON).astimezone(UTC)


def _after(day: date, count: int, weekdays: range, *, without: Container[date] = ()) -> date:
    """Return the day that comes some days of the right kind after another."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() in weekdays and day not in without
    return day
