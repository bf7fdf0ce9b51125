"""What people do to messages that wait: let them go at once, or end them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from notifications.lifecycle.cancelling import NOT_WITH_PRINTER
from notifications.lifecycle.changes import CHANGED_COLUMNS, UPDATE_HISTORY
from notifications.lifecycle.holding import HELD_UNTIL
from notifications.lifecycle.moves import write
from notifications.statuses import Status

FAILED_BY_HAND: Final = "ended-by-support"

# Whoever has leased a message may be handing it over. What is held, or of a paused job, has
# another way back. Locked in one order, as others lock several.
_HURRY = """
WITH waiting AS (
    SELECT n.id FROM notifications n
    WHERE n.id = ANY(%(ids)s::uuid[])
        AND n.notification_status = 'created' AND n.notification_type IN ('sms', 'email')
        AND coalesce(n.claimed_until, '-infinity') <= %(now)s
        AND n.next_attempt_at > %(now)s AND n.next_attempt_at < %(held)s
    ORDER BY n.id FOR UPDATE
)
UPDATE notifications n SET next_attempt_at = NULL
FROM waiting WHERE n.id = waiting.id
RETURNING n.id, n.lane
"""
# What is leased is left to its worker, which writes to many of its rows in an order of its own.
_LOCK = """
SELECT FROM notifications n WHERE n.id = ANY(%(ids)s::uuid[]) AND (
    n.notification_type = 'letter' OR coalesce(n.claimed_until, '-infinity') <= %(now)s
) ORDER BY n.id FOR UPDATE
"""
_END = f"""
WITH written AS (
    UPDATE notifications n SET
        notification_status = %(to)s,
        updated_at = %(now)s,
        failure_reason = %(reason)s,
        claimed_until = NULL,
        next_attempt_at = NULL
    WHERE n.id = ANY(%(ids)s::uuid[])
        AND CASE WHEN n.notification_type = 'letter'
            THEN n.notification_status IN ('created', 'pending-virus-check') AND {NOT_WITH_PRINTER}
            ELSE n.notification_status IN ('created', 'sending', 'pending')
                AND coalesce(n.claimed_until, '-infinity') <= %(now)s
        END
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT {CHANGED_COLUMNS} FROM written
"""  # noqa: S608 - constants


def hurry(ids: Collection[UUID], *, now: datetime) -> dict[UUID, str]:
    """Let messages be sent at once that wait for their next attempt.

    Args:
        ids: which; a few hundred at a time.
        now: what is leased then stays as it is.

    Returns:
        Those that waited for that, and their lanes.
    """
    values: dict[str, Any] = {"ids": list(map(str, ids)), "now": now, "held": HELD_UNTIL}
    with connection.cursor() as cursor:
        cursor.execute(_HURRY, values)
        return dict(cursor.fetchall())


def end_by_hand(ids: Collection[UUID], *, now: datetime) -> set[UUID]:
    """End messages without an outcome as technical-failure; services are told.

    Those that a worker, or the printer, may have at this moment are left; so are letters that
    were handed over, of which the printer reports. In the caller's transaction, or one of its own.

    Args:
        ids: which; a few hundred at a time.
        now: when.

    Returns:
        Those that have ended so.
    """
    values: dict[str, Any] = {"ids": list(map(str, ids)), "now": now, "reason": FAILED_BY_HAND}
    # Locked by a statement before, so that the print batches are read as they are then.
    return {each.id for each in write(_END, Status.TECHNICAL_FAILURE, values, lock=_LOCK)}
