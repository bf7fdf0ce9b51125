"""How many real messages stand in which status, by whatever is asked for."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.statistics.daily_status import REAL_KEY_TYPES
from notifications.statistics.uncounted_days import days_without_facts
from notify_project.clock import london_day_bounds
from notify_project.constants import NotificationType


class By(StrEnum):
    """What messages can be counted by, in the words of the tables."""

    SERVICE = "service_id"
    DAY = "bst_date"
    MONTH = "date_trunc('month', bst_date::timestamp)::date"
    TEMPLATE = "template_id"
    TYPE = "notification_type"
    STATUS = "notification_status"


_COUNT = """
SELECT {dimensions}, sum(count)::bigint FROM (
    SELECT service_id, bst_date, template_id, notification_type, notification_status,
        notification_count AS count
    FROM ft_notification_status
    WHERE bst_date >= %(first)s AND bst_date <= %(last)s AND {narrowed}
    {days}
) counted
GROUP BY {dimensions}
"""
# Asked again whether there are facts: those that were written since are in the same snapshot.
_DAY = """
    UNION ALL
    SELECT service_id, bst_date, template_id, notification_type, notification_status, count
    FROM ({counted}) h
    WHERE NOT EXISTS (
        SELECT FROM ft_notification_status f
        WHERE f.service_id = h.service_id AND f.bst_date = %(day_{n})s
            AND f.notification_type = h.notification_type
    )
"""
# The times stand in the statement, so that the planner knows how many messages lie between them.
_FROM_HISTORY = """
        SELECT service_id, %(day_{n})s::date AS bst_date, template_id, notification_type,
            notification_status, count(*) AS count
        FROM notification_history
        WHERE created_at >= %(begin_{n})s AND created_at < %(end_{n})s
            AND notification_type = ANY(%(types)s) AND key_type = ANY(%(real)s) AND {narrowed}
        GROUP BY service_id, template_id, notification_type, notification_status
"""
_COUNTED_BEFORE = """
        SELECT %(service_id)s::uuid AS service_id, %(day_{n})s::date AS bst_date, before.*
        FROM unnest(%(templates_{n})s::uuid[], %(types_{n})s::text[], %(statuses_{n})s::text[],
            %(counts_{n})s::bigint[])
            AS before (template_id, notification_type, notification_status, count)
"""
_ONE_SERVICE = "service_id = %(service_id)s"
_SOME_SERVICES = "service_id = ANY(%(service_ids)s)"


def count_by(
    dimensions: Sequence[By],
    first: date,
    last: date,
    *,
    service_ids: Sequence[UUID] | None = None,
    template_id: UUID | None = None,
) -> list[tuple[Any, ...]]:
    """Count the real messages of some London days.

    A day of which there are facts is read from them, any other from history, and never both.

    Args:
        dimensions: what to count by; they begin each row, in this order, before its number.
        first: the first day.
        last: the last day; today's messages are counted as they stand now.
        service_ids: counts what these services sent; all services unless given.
        template_id: counts what was sent with one template.
    """
    uncounted = days_without_facts(first, last, service_ids)
    return count_days(
        dimensions, first, last, uncounted, service_ids=service_ids, template_id=template_id
    )


def count_days(
    dimensions: Sequence[By],
    first: date,
    last: date,
    uncounted: Sequence[date],
    *,
    service_ids: Sequence[UUID] | None = None,
    template_id: UUID | None = None,
    counted_before: Mapping[date, Sequence[tuple[UUID, str, str, int]]] | None = None,
) -> list[tuple[Any, ...]]:
    """Count likewise, by who knows which days have no facts.

    Args:
        dimensions: what to count by.
        first: the first day.
        last: the last day.
        uncounted: the days without facts.
        service_ids: counts what these services sent; all services unless given.
        template_id: counts what was sent with one template.
        counted_before: of some of those days the numbers of the one service by template, type and
            status; these days are not counted again.
    """
    narrowed = ["true"]
    if service_ids is not None:
        # Told that it is one, the planner finds a way that is a tenth shorter.
        narrowed.append(_ONE_SERVICE if len(service_ids) == 1 else _SOME_SERVICES)
    if template_id is not None:
        narrowed.append("template_id = %(template_id)s")
    values: dict[str, Any] = {
        "types": NotificationType.values,
        "real": REAL_KEY_TYPES,
        "first": first,
        "last": last,
        "service_ids": service_ids,
        "service_id": service_ids[0] if service_ids else None,
        "template_id": template_id,
    }
    days = []
    for n, day in enumerate(uncounted):
        values |= _values_of_day(n, day, (counted_before or {}).get(day))
        counted = _COUNTED_BEFORE if f"counts_{n}" in values else _FROM_HISTORY
        days.append(_DAY.format(n=n, counted=counted.format(n=n, narrowed=" AND ".join(narrowed))))
    statement = _COUNT.format(
        dimensions=", ".join(dimensions), days="".join(days), narrowed=" AND ".join(narrowed)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _values_of_day(
    n: int, day: date, numbers: Sequence[tuple[UUID, str, str, int]] | None
) -> dict[str, Any]:
    if numbers is None:
        begin, end = london_day_bounds(day)
        return {f"day_{n}": day, f"begin_{n}": begin, f"end_{n}": end}
    columns = ("templates", "types", "statuses", "counts")
    lists = list(zip(*numbers, strict=True)) or [()] * len(columns)
    return {
        f"day_{n}": day,
        **{f"{name}_{n}": list(each) for name, each in zip(columns, lists, strict=True)},
    }
