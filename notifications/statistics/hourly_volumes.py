"""How many real messages were accepted in each hour: counted every few minutes, read at once."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count

from notifications.models import FactHourlyVolume, NotificationHistory
from notify_project import clock
from notify_project.clock import london_day_bounds, london_midnight
from notify_project.constants import NotificationType

HOUR: Final = timedelta(hours=1)
# A day is compared with the day before and with the same day of the last week.
KEPT: Final = timedelta(days=15)
COMPARED: Final = timedelta(days=8)
# What was accepted near the end of an hour may be stored in the next one.
UNSETTLED_HOURS: Final = 2
# So many hours that nobody counted yet are counted at a time.
AT_A_TIME: Final = 12


@dataclass(frozen=True, slots=True)
class DayByHour:
    """The messages of a London day: of each type, a number for each of its hours.

    Attributes:
        day: which.
        begins: when each of its hours begins, in UTC: 23, 24 or 25.
        by_type: of each type a number for each hour; None where nobody has counted.
    """

    day: date
    begins: tuple[datetime, ...]
    by_type: Mapping[str, list[int | None]]


def count_hours(now: datetime) -> list[datetime]:
    """Count the hours that may have changed, and some of those that nobody counted.

    May be repeated, and run beside itself.

    Returns:
        The hours that were counted, newest first.
    """
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    newest = [this_hour - n * HOUR for n in range(UNSETTLED_HOURS)]
    earlier = [this_hour - n * HOUR for n in range(UNSETTLED_HOURS, COMPARED // HOUR)]
    known = set(
        FactHourlyVolume.objects.filter(hour__gte=earlier[-1]).values_list("hour", flat=True)
    )
    hours = newest + [hour for hour in earlier if hour not in known][:AT_A_TIME]
    for hour in hours:
        _count_hour(hour, now)
    FactHourlyVolume.objects.filter(hour__lt=now - KEPT).delete()
    return hours


def days_by_hour(days: list[date]) -> tuple[list[DayByHour], datetime | None]:
    """Return London days hour by hour, and when the newest number was counted."""
    first, last = min(days), max(days)
    rows = FactHourlyVolume.objects.filter(
        hour__gte=london_midnight(first), hour__lt=london_day_bounds(last)[1]
    ).values_list("hour", "notification_type", "messages", "counted_at")
    numbers: dict[datetime, dict[str, int]] = defaultdict(dict)
    counted_at = None
    for hour, notification_type, messages, at in rows:
        numbers[hour][notification_type] = messages
        counted_at = max(counted_at or at, at)
    return [_day(day, numbers) for day in days], counted_at


def _day(day: date, numbers: Mapping[datetime, Mapping[str, int]]) -> DayByHour:
    begin, end = london_day_bounds(day)
    begins = tuple(begin + n * HOUR for n in range((end - begin) // HOUR))
    by_type = {
        kind: [numbers.get(hour, {}).get(kind) for hour in begins]
        for kind in NotificationType.values
    }
    return DayByHour(day, begins, by_type)


def _count_hour(hour: datetime, now: datetime) -> None:
    rows = (
        NotificationHistory.objects.filter(created_at__gte=hour, created_at__lt=hour + HOUR)
        .values_list("notification_type")
        .annotate(messages=Count("*"))
    )
    counted = dict.fromkeys(NotificationType.values, 0) | dict(rows)
    FactHourlyVolume.objects.bulk_create(
        (
            FactHourlyVolume(hour=hour, notification_type=kind, messages=messages, counted_at=now)
            for kind, messages in counted.items()
        ),
        update_conflicts=True,
        unique_fields=["hour", "notification_type"],
        update_fields=["messages", "counted_at"],
    )


def today_so_far(now: datetime) -> int:
    """Return how many hours of London's day have begun."""
    return int((now - london_midnight(clock.london_day(now))) / HOUR) + 1
