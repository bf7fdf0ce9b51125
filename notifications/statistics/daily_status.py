"""Facts of a day: how many real messages of a service stand in which status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Coalesce

from notifications.models import NO_JOB, FactNotificationStatus, NotificationHistory
from notify_project import clock
from notify_project.clock import london_day_bounds
from notify_project.constants import KeyType, NotificationType

# Without a receipt a text or an email gets its outcome in the night after three days, a letter
# waits for days on which is printed: so long, a day's statuses may change.
CHANGING_DAYS: Final = 4
CHANGING_DAYS_OF_LETTERS: Final = 10
REAL_KEY_TYPES: Final = [KeyType.NORMAL.value, KeyType.TEAM.value]

# Asked along the indexes that both tables lead with the service, so that the answer takes as long
# with a million messages as with one. An older day is counted only if it never was.
_TO_COUNT = """
SELECT s.id, d.day, array_agg(t.notification_type ORDER BY t.notification_type)
FROM services s
CROSS JOIN unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS d (day, begins, ends)
CROSS JOIN unnest(%(types)s::text[], %(changing_since)s::date[])
    AS t (notification_type, changing_since)
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM notification_history h
        WHERE h.service_id = s.id AND h.notification_type = t.notification_type
            AND h.created_at >= d.begins AND h.created_at < d.ends
    ) AS was_used, EXISTS (
        SELECT FROM ft_notification_status f
        WHERE f.service_id = s.id AND f.bst_date = d.day
            AND f.notification_type = t.notification_type
    ) AS was_counted
) found
WHERE CASE WHEN d.day >= t.changing_since THEN was_used OR was_counted
    ELSE was_used AND NOT was_counted END
GROUP BY s.id, d.day
ORDER BY d.day DESC, s.id
"""


class Standing(NamedTuple):
    """What messages have in common that are counted together."""

    template_id: UUID
    job_id: UUID
    notification_type: str
    key_type: str
    status: str


@dataclass(frozen=True, slots=True)
class DayOfService:
    """A London day of a service, and the types of its messages that are to be counted."""

    service_id: UUID
    day: date
    notification_types: tuple[str, ...]


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


def days_to_count(today: date) -> list[DayOfService]:
    """Return the days before a London day whose facts may be missing or have changed."""
    days = clock.london_days_back(today, CHANGING_DAYS_OF_LETTERS)[1:]
    bounds = [london_day_bounds(day) for day in days]
    changing = {
        kind: CHANGING_DAYS_OF_LETTERS if kind == NotificationType.LETTER else CHANGING_DAYS
        for kind in NotificationType.values
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _TO_COUNT,
            {
                "days": days,
                "begins": [begin for begin, _ in bounds],
                "ends": [end for _, end in bounds],
                "types": list(changing),
                "changing_since": [today - timedelta(days=count) for count in changing.values()],
            },
        )
        return [DayOfService(row[0], row[1], tuple(row[2])) for row in cursor.fetchall()]


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
