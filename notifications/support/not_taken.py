"""What a provider did not take: each attempt that failed there, and whose messages those were."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notify_project.newest import PAGE

# Services are told apart in so many of the newest attempts: each message is looked up.
MOST: Final = 5_000

# Along the index on what a provider did not take; each message is looked up by itself, since the
# planner does not know how few there are.
_ATTEMPTS: Final = """
SELECT id, at, notification_id, attempt, outcome, code FROM delivery_events
WHERE kind = 'attempt' AND provider = %(provider)s
    AND at >= %(since)s AND at < %(before)s AND (at, id) < (%(older_at)s, %(older_id)s)
ORDER BY at DESC, id DESC LIMIT %(limit)s
"""
_MESSAGE: Final = """
LEFT JOIN LATERAL (
    SELECT n.service_id, n.notification_type, n.notification_status FROM notifications n
    WHERE n.id = e.notification_id LIMIT 1
) n ON true
LEFT JOIN services s ON s.id = n.service_id
"""
_LIST: Final = f"""
SELECT e.id, e.at, e.notification_id, e.attempt, e.outcome, e.code,
    n.notification_type, n.notification_status, n.service_id, s.name
FROM ({_ATTEMPTS}) e {_MESSAGE}
ORDER BY e.at DESC, e.id DESC
"""  # noqa: S608 - constants
_SERVICES: Final = f"""
SELECT n.service_id, s.name, count(DISTINCT e.notification_id), count(*), min(e.at), max(e.at)
FROM ({_ATTEMPTS}) e {_MESSAGE}
GROUP BY n.service_id, s.name ORDER BY 3 DESC, s.name
"""  # noqa: S608 - constants
_NO_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Attempts:
    """Which attempts are looked for: those of a provider in a time."""

    provider: str
    since: datetime
    before: datetime


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An attempt that a provider did not take, and how its message stands now.

    A message that is gone meanwhile has no type, status and service.
    """

    id: int
    at: datetime
    notification_id: UUID
    attempt: int | None
    outcome: str
    code: str
    notification_type: str | None
    status: str | None
    service_id: UUID | None
    service_name: str | None


@dataclass(frozen=True, slots=True)
class OfService:
    """How many messages of a service were not taken, in how many attempts, and when."""

    service_id: UUID | None
    service_name: str | None
    messages: int
    attempts: int
    first_at: datetime
    last_at: datetime


def newest_not_taken(
    wanted: Attempts, *, older: tuple[datetime, int] | None = None, size: int = PAGE
) -> list[NotTaken]:
    """Return a page of attempts and one more, newest first.

    Args:
        wanted: which.
        older: time and id of the attempt after which the page begins.
        size: of the page.
    """
    return [NotTaken(*row) for row in _read(_LIST, wanted, older, size + 1)]


def services_not_taken(wanted: Attempts) -> list[OfService]:
    """Return whose messages the newest attempts were for, the most first."""
    return [OfService(*row) for row in _read(_SERVICES, wanted, None, MOST)]


def _read(
    statement: str, wanted: Attempts, older: tuple[datetime, int] | None, limit: int
) -> list[tuple[Any, ...]]:
    older_at, older_id = older or (wanted.before, _NO_ID)
    values: dict[str, Any] = {
        "provider": wanted.provider,
        "since": wanted.since,
        "before": wanted.before,
        "older_at": older_at,
        "older_id": older_id,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
