"""What one key was used for lately: along an index, and no further than some thousand messages."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.statuses import Status
from notify_project.constants import NotificationType

DAYS: Final = 14
# Of each type and status.
MOST_READ: Final = 2_000

# The words are those of the index of what came by one key.
_READ = """
SELECT kind.name, (newest.created_at AT TIME ZONE 'Europe/London')::date, count(*),
    max(newest.created_at)
FROM unnest(%(kinds)s::text[]) kind (name) CROSS JOIN unnest(%(statuses)s::text[]) status (name)
CROSS JOIN LATERAL (
    SELECT n.created_at FROM notifications n
    WHERE coalesce(n.job_id, n.api_key_id) = %(key)s::uuid
        AND n.notification_type = kind.name AND n.notification_status = status.name
        AND timezone('UTC', n.created_at) >= timezone('UTC', %(since)s::timestamptz)
    ORDER BY timezone('UTC', n.created_at) DESC, n.id DESC LIMIT %(limit)s
) newest
GROUP BY 1, 2 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class UseOfDay:
    """How many messages of a type were accepted on a London day; at the limit, at least."""

    day: date
    notification_type: str
    count: int


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What a key was used for lately."""

    last_used_at: datetime | None
    days: tuple[UseOfDay, ...]

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than was read."""
        return any(each.count >= MOST_READ for each in self.days)


def use_of_key(key_id: UUID, now: datetime) -> KeyUse:
    """Read what was accepted with a key in the last fourteen days."""
    values: dict[str, Any] = {
        "key": str(key_id),
        "kinds": list(NotificationType.values),
        "statuses": list(Status.values),
        "since": now - timedelta(days=DAYS),
        "limit": MOST_READ,
    }
    with connection.cursor() as cursor:
        cursor.execute(_READ, values)
        rows = cursor.fetchall()
    return KeyUse(
        max((newest for *_, newest in rows), default=None),
        tuple(UseOfDay(day, kind, count) for kind, day, count, _ in rows),
    )
