"""The messages that are counted and charged, as their history knows them."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, DateField, Q, QuerySet, Value
from django.db.models.functions import TruncDate

from notifications.models import NotificationHistory
from notifications.statuses import BILLABLE
from notify_project.clock import LONDON, london_day_bounds
from notify_project.constants import KeyType, NotificationType


class Group(NamedTuple):
    """Messages of one London day that are alike in everything that a bill looks at."""

    day: date
    template_id: UUID
    notification_type: str
    sent_by: str | None
    rate_multiplier: int | None
    international: bool
    postage: str | None
    billable_units: int
    messages: int


def billable_rows(first: date, last: date) -> QuerySet[NotificationHistory]:
    """Return the history of what is counted and charged on these London days.

    History alone is asked: it holds each real message once, before and after it was purged.
    """
    wanted = Q()
    for notification_type, statuses in BILLABLE.items():
        wanted |= Q(notification_type=notification_type, status__in=statuses)
    return NotificationHistory.objects.filter(
        wanted,
        created_at__gte=london_day_bounds(first)[0],
        created_at__lt=london_day_bounds(last)[1],
        key_type__in=[KeyType.NORMAL, KeyType.TEAM],
        # All there are: named so that the index on service, type and time finds the days.
        notification_type__in=list(BILLABLE),
    )


def groups_of(service_id: UUID, day: date) -> Iterator[Group]:
    """Count what a service sent on a London day."""
    # Asking for the day of each of many messages would take longer than all the rest.
    rows = billable_rows(day, day).filter(service_id=service_id)
    return _grouped(rows.annotate(day=Value(day, output_field=DateField())))


def letter_groups_of(service_id: UUID, first: date, last: date) -> Iterator[Group]:
    """Count the letters that a service sent on these London days, day by day."""
    rows = billable_rows(first, last).filter(
        service_id=service_id, notification_type=NotificationType.LETTER
    )
    return _grouped(rows.annotate(day=TruncDate("created_at", tzinfo=LONDON)))


def services_that_sent(day: date) -> set[UUID]:
    """Return the services whose history of a London day has anything to bill."""
    rows = billable_rows(day, day).order_by("service_id")
    return set(rows.values_list("service_id", flat=True).distinct())


def _grouped(rows: QuerySet[NotificationHistory]) -> Iterator[Group]:
    groups = rows.values_list(*Group._fields[:-1]).annotate(messages=Count("*")).order_by()
    return map(Group._make, groups)
