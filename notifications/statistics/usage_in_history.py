"""How often each template was used, counted in the database."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from notifications.models import NotificationHistory
from notify_project.clock import LONDON, london_day_bounds
from notify_project.constants import KeyType, NotificationType


def count_usage(service_id: UUID, days: Iterable[date]) -> dict[date, dict[UUID, int]]:
    """Count a service's real notifications of some London days by day and template.

    History alone is counted: it holds each real notification once, from the moment it is stored
    and after it was purged.
    """
    counts: dict[date, dict[UUID, int]] = {day: {} for day in days}
    if counts:
        rows = (
            _counted(counts)
            .filter(service_id=service_id)
            .annotate(day=TruncDate("created_at", tzinfo=LONDON))
            .values_list("day", "template_id")
            .annotate(count=Count("*"))
        )
        for day, template_id, count in rows:
            counts[day][template_id] = count
    return counts


def services_with_usage(day: date) -> list[UUID]:
    """Return the services that sent anything real on a London day."""
    rows = _counted([day]).order_by("service_id").values_list("service_id", flat=True)
    return list(rows.distinct())


def _counted(days: Iterable[date]) -> QuerySet[NotificationHistory]:
    within = Q()
    for day in days:
        begin, end = london_day_bounds(day)
        within |= Q(created_at__gte=begin, created_at__lt=end)
    return NotificationHistory.objects.filter(
        within,
        key_type__in=[KeyType.NORMAL, KeyType.TEAM],
        # All there are: named so that the index on service, type and time finds the days.
        notification_type__in=NotificationType.values,
    )
