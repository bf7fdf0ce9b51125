"""How many messages of a service stand in which status, quickly enough for a page.

What a service has sent since the last facts is counted at each look as long as it is little. Of a
day with more is shown what was counted minutes ago, with that time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.statistics.kept_counts import KeptDay, kept_counts
from notifications.statistics.status_counts import By, count_days
from notifications.statistics.uncounted_days import days_without_facts
from notify_project.clock import london_day_bounds
from notify_project.constants import NotificationType

# A day with as many messages is not counted at a look: each takes some 2 µs.
TOO_MANY: Final = 10_000

# The times stand in the statement, so that the planner knows how many messages lie between them.
_HAS_MANY: Final = """
SELECT %s::date FROM (
    SELECT FROM notification_history
    WHERE service_id = %s AND notification_type = ANY(%s) AND created_at >= %s AND created_at < %s
    LIMIT %s
) found
HAVING count(*) = %s
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows as ``count_by`` returns them, and how sure they are.

    Attributes:
        rows: the values of the dimensions, then the number.
        as_of: when what was not counted just now was counted; None if all was.
        left_out: days that have too many messages to count, and that nobody has counted yet.
    """

    rows: list[tuple[Any, ...]]
    as_of: datetime | None = None
    left_out: tuple[date, ...] = ()


def count_to_show(dimensions: Sequence[By], first: date, last: date, service_id: UUID) -> Shown:
    """Count the real messages of some London days of a service, as far as that is quick.

    Args:
        dimensions: what to count by.
        first: the first day.
        last: the last day; may be today.
        service_id: whose.
    """
    uncounted = days_without_facts(first, last, [service_id])
    kept = _kept(service_id, uncounted)
    numbers = {day: found.numbers if found else () for day, found in kept.items()}
    rows = count_days(
        dimensions, first, last, uncounted, service_ids=[service_id], counted_before=numbers
    )
    return Shown(
        rows,
        min((found.counted_at for found in kept.values() if found), default=None),
        tuple(day for day, found in kept.items() if found is None),
    )


def _kept(service_id: UUID, days: Sequence[date]) -> dict[date, KeptDay | None]:
    """Return what was counted before of the days that have many messages; None: nothing was."""
    kept = kept_counts(service_id, days)
    known = {day for day, found in kept.items() if found.messages >= TOO_MANY}
    many = known | _with_many(service_id, [day for day in days if day not in known])
    return {day: kept.get(day) for day in days if day in many}


def _with_many(service_id: UUID, days: Sequence[date]) -> set[date]:
    if not days:
        return set()
    values: list[Any] = []
    for day in days:
        bounds = london_day_bounds(day)
        values += [day, service_id, NotificationType.values, *bounds, TOO_MANY, TOO_MANY]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_HAS_MANY] * len(days)), values)
        return {row[0] for row in cursor.fetchall()}
