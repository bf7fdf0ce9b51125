"""Facts of a day: how many real messages of a service stand in which status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Coalesce

from notifications.models import NO_JOB, FactNotificationStatus, NotificationHistory
from notify_project import clock
from notify_project.clock import london_day_bounds
from notify_project.constants import KeyType, NotificationType

REAL_KEY_TYPES: Final = [KeyType.NORMAL.value, KeyType.TEAM.value]


class Standing(NamedTuple):
    """What messages have in common that are counted together."""

    template_id: UUID
    job_id: UUID
    notification_type: str
    key_type: str
    status: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """The facts of a service's day before and after they were counted."""

    stored: dict[Standing, int]
    counted: dict[Standing, int]

    @property
    def differences(self) -> dict[Standing, tuple[int, int]]:
        """Return what differs, each with the number stored and the number counted."""
        every = sorted(self.stored.keys() | self.counted.keys())
        both = {each: (self.stored.get(each, 0), self.counted.get(each, 0)) for each in every}
        return {each: numbers for each, numbers in both.items() if numbers[0] != numbers[1]}


def replace_facts(
    service_id: UUID, day: date, notification_types: Iterable[str] = NotificationType.values
) -> Replaced:
    """Count a London day of a service again, and let the facts be what was counted.

    May be repeated, and run beside itself, beside the sending and beside the end of retention.

    Raises:
        ValueError: the day has not ended; until then its messages are counted as they stand.
    """
    if day >= clock.london_today():
        raise ValueError(f"{day} has not ended")
    types = list(notification_types)
    with transaction.atomic():
        _lock(service_id, day)
        facts = _facts(service_id, day, types)
        replaced = Replaced(_stored(facts), _counted(service_id, day, types))
        if replaced.differences:
            facts.delete()
            FactNotificationStatus.objects.bulk_create(
                _fact(service_id, day, *each) for each in replaced.counted.items()
            )
    return replaced


def compare_facts(service_id: UUID, day: date) -> Replaced:
    """Compare the facts of a service's London day with what is counted, changing nothing."""
    types = NotificationType.values
    return Replaced(_stored(_facts(service_id, day, types)), _counted(service_id, day, types))


def _lock(service_id: UUID, day: date) -> None:
    """Wait for whoever counts the same day, so that what it writes is seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"ft_notification_status {service_id} {day}"],
        )


def _facts(
    service_id: UUID, day: date, notification_types: list[str]
) -> QuerySet[FactNotificationStatus]:
    return FactNotificationStatus.objects.filter(
        service_id=service_id, bst_date=day, notification_type__in=notification_types
    )


def _stored(facts: QuerySet[FactNotificationStatus]) -> dict[Standing, int]:
    rows = facts.values_list(*Standing._fields, "notification_count")
    return {Standing(*standing): count for *standing, count in rows}


def _counted(service_id: UUID, day: date, notification_types: list[str]) -> dict[Standing, int]:
    """Count in history, which holds each real message once, before and after it was deleted."""
    begin, end = london_day_bounds(day)
    rows = (
        NotificationHistory.objects.filter(
            service_id=service_id,
            notification_type__in=notification_types,
            key_type__in=REAL_KEY_TYPES,
            created_at__gte=begin,
            created_at__lt=end,
        )
        .annotate(job=Coalesce("job_id", Value(NO_JOB)))
        .values_list("template_id", "job", "notification_type", "key_type", "status")
        .annotate(count=Count("*"))
    )
    return {Standing(*standing): count for *standing, count in rows}


def _fact(service_id: UUID, day: date, standing: Standing, count: int) -> FactNotificationStatus:
    return FactNotificationStatus(
        service_id=service_id, bst_date=day, notification_count=count, **standing._asdict()
    )
