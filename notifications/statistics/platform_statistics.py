"""What became of the messages of all services, by London days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from notifications.models import Notification
from notifications.statistics.status_counts import By, count_by
from notifications.statistics.tallies import Tally, tally_by_type
from notify_project.clock import london_day_bounds
from notify_project.constants import KeyType, NotificationType
from services.models import Service


@dataclass(frozen=True, slots=True)
class PlatformTotal:
    """What became of one type of message, and how many were sent with test keys beside it."""

    tally: Tally
    by_status: dict[str, int]
    test_key: int


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """A service, and what became of each type of its messages."""

    service_id: UUID
    name: str
    active: bool
    restricted: bool
    created_at: datetime
    tallies: dict[str, Tally]


def platform_totals(first: date, last: date) -> dict[str, PlatformTotal]:
    """Return what became of each type of message.

    Args:
        first: the first London day.
        last: the last; today's messages are counted as they stand now. Those of test keys are
            known as long as they are kept.
    """
    rows = count_by([By.TYPE, By.STATUS], first, last)
    tallies, tests = tally_by_type(rows), _sent_with_test_keys(first, last)
    statuses: dict[str, dict[str, int]] = defaultdict(dict)
    for notification_type, status, count in rows:
        statuses[notification_type][status] = count
    return {
        kind: PlatformTotal(tallies[kind], statuses[kind], tests.get(kind, 0))
        for kind in NotificationType.values
    }


def statistics_by_service(first: date, last: date) -> list[ServiceFigures]:
    """Return what became of the messages of each service, by name; also of those without any.

    Args:
        first: the first London day.
        last: the last; today's messages are counted as they stand now.
    """
    rows: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for service_id, *row in count_by([By.SERVICE, By.TYPE, By.STATUS], first, last):
        rows[service_id].append(tuple(row))
    services = Service.objects.order_by("name", "id")
    return [
        ServiceFigures(
            service_id=service.id,
            name=service.name,
            active=service.active,
            restricted=service.restricted,
            created_at=service.created_at,
            tallies=tally_by_type(rows[service.id]),
        )
        for service in services.only("id", "name", "active", "restricted", "created_at")
    ]


def _sent_with_test_keys(first: date, last: date) -> dict[str, int]:
    begin, _ = london_day_bounds(first)
    _, end = london_day_bounds(last)
    rows = Notification.objects.filter(
        key_type=KeyType.TEST, created_at__gte=begin, created_at__lt=end
    )
    return dict(rows.values_list("notification_type").annotate(count=Count("*")))
