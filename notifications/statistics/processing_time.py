"""How many messages were handed over quickly, day by day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, F, Q

from notifications.models import FactProcessingTime, NotificationHistory
from notify_project.clock import london_day_bounds
from notify_project.constants import NotificationType

QUICK: Final = timedelta(seconds=10)
# So many nights may be missed before a day is lost.
LOOK_BACK_DAYS: Final = 10


@dataclass(frozen=True, slots=True)
class ProcessingTime:
    """How quick a London day was."""

    day: date
    messages_total: int
    messages_within_10_secs: int

    @property
    def percentage(self) -> float:
        """Return the share of the quick ones; nothing to do is done quickly."""
        if not self.messages_total:
            return 100.0
        return 100 * self.messages_within_10_secs / self.messages_total


def save_processing_time(day: date) -> None:
    """Count the messages of a London day that programs sent, and the quick ones of them."""
    begin, end = london_day_bounds(day)
    counted = NotificationHistory.objects.filter(
        created_at__gte=begin,
        created_at__lt=end,
        api_key_id__isnull=False,
        notification_type__in=[NotificationType.EMAIL, NotificationType.SMS],
    ).aggregate(
        messages_total=Count("id"),
        messages_within_10_secs=Count("id", filter=Q(sent_at__lte=F("created_at") + QUICK)),
    )
    FactProcessingTime.objects.update_or_create(bst_date=day, defaults=counted)


def save_missing_processing_times(today: date) -> list[date]:
    """Count the day before a London day, and those before it that nobody counted.

    Returns:
        The days that were counted.
    """
    days = [today - timedelta(days=back) for back in range(1, LOOK_BACK_DAYS + 1)]
    known = set(
        FactProcessingTime.objects.filter(bst_date__in=days[1:]).values_list("bst_date", flat=True)
    )
    missing = [day for day in days if day not in known]
    for day in missing:
        save_processing_time(day)
    return missing


def processing_times(first: date, last: date) -> list[ProcessingTime]:
    """Return how quick the London days were that have been counted, in order."""
    rows = FactProcessingTime.objects.filter(bst_date__range=(first, last)).order_by("bst_date")
    return [
        ProcessingTime(row.bst_date, row.messages_total, row.messages_within_10_secs)
        for row in rows
    ]
