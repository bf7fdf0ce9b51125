"""The end of waiting: what has no outcome after three days will not get one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from notifications.callbacks import outbox
from notifications.lifecycle.changes import CHANGED_COLUMNS, UPDATE_HISTORY, read_changes
from notifications.statuses import Status

# Source: the API contract, statuses.
PATIENCE = timedelta(hours=72)
BATCH = 10_000

# Along the index on times, each batch behind the one before; no index of its own, for which every
# message would pay. A row that somebody else holds just now is getting its outcome, and one that
# a worker has leased may be with a provider: both are met again in the next run.
_EXPIRE = f"""
WITH waiting AS (
    SELECT n.id FROM notifications n
    WHERE n.notification_type IN ('sms', 'email')
        AND n.notification_status IN ('created', 'sending', 'pending')
        AND n.created_at < %(cutoff)s
        AND (n.created_at, n.id) > (%(after)s, %(after_id)s::uuid)
        AND coalesce(n.claimed_until, '-infinity') < %(now)s
    ORDER BY n.created_at, n.id LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), written AS (
    UPDATE notifications n SET
        notification_status = CASE WHEN n.notification_status = 'created'
            THEN 'technical-failure' ELSE 'temporary-failure' END,
        failure_reason = CASE WHEN n.notification_status = 'created'
            THEN 'expired' ELSE n.failure_reason END,
        updated_at = %(now)s,
        claimed_until = NULL,
        next_attempt_at = NULL
    FROM waiting WHERE n.id = waiting.id
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT {CHANGED_COLUMNS} FROM written ORDER BY created_at, id
"""  # noqa: S608 - constants
_BEGINNING = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))


def expire(now: datetime) -> tuple[int, int]:
    """End the texts and emails without an outcome that were accepted 72 hours ago or earlier.

    Each batch is a transaction, together with what services must be told.

    Args:
        now: 72 hours are counted back from it.

    Returns:
        How many a provider had taken, and how many none ever took.
    """
    cutoff, (after, after_id) = now - PATIENCE, _BEGINNING
    unanswered = unsent = 0
    while True:
        values: dict[str, Any] = {
            "cutoff": cutoff,
            "after": after,
            "after_id": str(after_id),
            "now": now,
            "limit": BATCH,
        }
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_EXPIRE, values)
                moved = read_changes(cursor)
            outbox.write(outbox.delivery_status_rows(moved))
        failed = sum(change.status == Status.TECHNICAL_FAILURE for change in moved)
        unsent += failed
        unanswered += len(moved) - failed
        if len(moved) < BATCH:
            return unanswered, unsent
        after, after_id = moved[-1].created_at, moved[-1].id
