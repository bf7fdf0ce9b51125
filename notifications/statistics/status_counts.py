"""How many real messages stand in which status, by whatever is asked for."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.statistics.daily_status import CHANGING_DAYS_OF_LETTERS, REAL_KEY_TYPES
from notify_project import clock
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


# Longer than facts are counted again at night, nothing is looked for in history.
LOOK_BACK_DAYS: Final = CHANGING_DAYS_OF_LETTERS

# A day of which there are facts is read from them, any other from history: one statement, so that
# facts which are written meanwhile are seen wholly or not at all. Today never has facts.
_COUNT = """
WITH without_facts AS MATERIALIZED (
    SELECT s.id AS service_id, d.bst_date, d.begins, d.ends, t.notification_type
    FROM services s
    CROSS JOIN unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
        AS d (bst_date, begins, ends)
    CROSS JOIN unnest(%(types)s::text[]) AS t (notification_type)
    WHERE {of_services} AND NOT EXISTS (
        SELECT FROM ft_notification_status f
        WHERE f.service_id = s.id AND f.bst_date = d.bst_date
            AND f.notification_type = t.notification_type AND f.bst_date >= %(oldest)s
    )
)
SELECT {dimensions}, sum(count)::bigint FROM (
    SELECT service_id, bst_date, template_id, notification_type, notification_status,
        notification_count AS count
    FROM ft_notification_status
    WHERE bst_date >= %(first)s AND bst_date <= %(last)s AND {narrowed}
    UNION ALL
    SELECT w.service_id, w.bst_date, h.template_id, w.notification_type, h.notification_status,
        h.count
    FROM without_facts w CROSS JOIN LATERAL (
        SELECT template_id, notification_status, count(*) AS count
        FROM notification_history
        WHERE service_id = w.service_id AND notification_type = w.notification_type
            AND created_at >= w.begins AND created_at < w.ends
            AND key_type = ANY(%(real)s) AND {narrowed}
        GROUP BY template_id, notification_status
    ) h
) counted
GROUP BY {dimensions}
"""


def count_by(
    dimensions: Sequence[By],
    first: date,
    last: date,
    *,
    service_id: UUID | None = None,
    template_id: UUID | None = None,
) -> list[tuple[Any, ...]]:
    """Count the real messages of some London days.

    Args:
        dimensions: what to count by; they begin each row, in this order, before its number.
        first: the first day.
        last: the last day; today's messages are counted as they stand now.
        service_id: counts what one service sent; all services unless given.
        template_id: counts what was sent with one template.
    """
    days = [
        day
        for day in clock.london_days_back(clock.london_today(), LOOK_BACK_DAYS)
        if first <= day <= last
    ]
    bounds = [london_day_bounds(day) for day in days]
    narrowed = ["true"]
    if service_id is not None:
        narrowed.append("service_id = %(service_id)s")
    if template_id is not None:
        narrowed.append("template_id = %(template_id)s")
    statement = _COUNT.format(
        dimensions=", ".join(dimensions),
        of_services="true" if service_id is None else "s.id = %(service_id)s",
        narrowed=" AND ".join(narrowed),
    )
    values: dict[str, Any] = {
        "days": days,
        "begins": [begin for begin, _ in bounds],
        "ends": [end for _, end in bounds],
        "types": NotificationType.values,
        "real": REAL_KEY_TYPES,
        "oldest": min(days, default=last),
        "first": first,
        "last": last,
        "service_id": service_id,
        "template_id": template_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
