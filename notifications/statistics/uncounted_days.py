"""Which days of which services have no facts yet, or facts that may have changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notify_project import clock
from notify_project.clock import london_day_bounds
from notify_project.constants import NotificationType

# Without a receipt a text or an email gets its outcome in the night after three days, a letter
# waits for days on which is printed: so long, a day's statuses may change.
CHANGING_DAYS: Final = 4
CHANGING_DAYS_OF_LETTERS: Final = 10

# The first message from a day's midnight on, wherever it belongs, is one step in one index; to
# ask for a message within the day would let the planner choose the index on all services' times,
# and pass the messages of all others.
_FIND = """
SELECT s.id, d.day, array_agg(t.notification_type ORDER BY t.notification_type)
FROM services s
CROSS JOIN unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS d (day, begins, ends)
CROSS JOIN unnest(%(types)s::text[], %(changing_since)s::date[])
    AS t (notification_type, changing_since)
LEFT JOIN LATERAL (
    SELECT h.service_id, h.notification_type, h.created_at FROM notification_history h
    WHERE (h.service_id, h.notification_type, h.created_at)
        >= (s.id, t.notification_type, d.begins)
    ORDER BY h.service_id, h.notification_type, h.created_at LIMIT 1
) h ON h.service_id = s.id AND h.notification_type = t.notification_type
    AND h.created_at < d.ends
CROSS JOIN LATERAL (
    SELECT h.service_id IS NOT NULL AS was_used, EXISTS (
        SELECT FROM ft_notification_status f
        WHERE f.service_id = s.id AND f.bst_date = d.day
            AND f.notification_type = t.notification_type
    ) AS was_counted
) found
WHERE {wanted}
GROUP BY s.id, d.day
ORDER BY d.day DESC, s.id
"""
_WITHOUT_FACTS = "was_used AND NOT was_counted"
# An older day is counted only if it never was.
_TO_COUNT = f"""
    {_WITHOUT_FACTS} OR d.day >= t.changing_since AND (was_used OR was_counted)
"""


@dataclass(frozen=True, slots=True)
class DayOfService:
    """A London day of a service, and the types of its messages that are to be counted."""

    service_id: UUID
    day: date
    notification_types: tuple[str, ...]


def days_to_count(today: date) -> list[DayOfService]:
    """Return the days before a London day whose facts may be missing or have changed."""
    days = clock.london_days_back(today, CHANGING_DAYS_OF_LETTERS)[1:]
    changing = {
        kind: CHANGING_DAYS_OF_LETTERS if kind == NotificationType.LETTER else CHANGING_DAYS
        for kind in NotificationType.values
    }
    since = [today - timedelta(days=count) for count in changing.values()]
    return _find(_TO_COUNT, days, changing_since=since)


def days_without_facts(
    first: date, last: date, service_ids: Sequence[UUID] | None = None
) -> list[date]:
    """Return the days of a period on which something was sent that nobody counted yet.

    Args:
        first: the first London day.
        last: the last; today is never counted.
        service_ids: looks at what these services sent; at all of them unless given.
    """
    # What the nights do not count any more has been counted, or somebody must ask for it.
    recent = clock.london_days_back(clock.london_today(), CHANGING_DAYS_OF_LETTERS)
    days = [day for day in recent if first <= day <= last]
    wanted = _WITHOUT_FACTS
    if service_ids is not None:
        wanted += " AND s.id = ANY(%(service_ids)s)"
    found = _find(wanted, days, service_ids=service_ids)
    return sorted({each.day for each in found})


def _find(wanted: str, days: list[date], **values: Any) -> list[DayOfService]:
    bounds = [london_day_bounds(day) for day in days]
    values = {
        "days": days,
        "begins": [begin for begin, _ in bounds],
        "ends": [end for _, end in bounds],
        "types": NotificationType.values,
        "changing_since": [],
        **values,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(wanted=wanted), values)
        return [DayOfService(row[0], row[1], tuple(row[2])) for row in cursor.fetchall()]
