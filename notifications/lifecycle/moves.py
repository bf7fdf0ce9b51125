"""A new status, for one notification or for many."""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from notifications.callbacks import outbox
from notifications.callbacks.outbox import Moved
from notifications.lifecycle.changes import CHANGED_COLUMNS, UPDATE_HISTORY, read_changes
from notifications.lifecycle.notes import Note, as_json, insert_notes, keep_late
from notifications.models import Notification
from notifications.statuses import Status, sources_of
from notifications.suppression import feed

logger = logging.getLogger(__name__)

_MAY_FOLLOW = """
    n.notification_status = ANY(
        CASE WHEN n.notification_type = 'letter' THEN %(from_letter)s ELSE %(from)s END
    )
"""
_MOVE = f"""
WITH written AS (
    UPDATE notifications n SET
        notification_status = %(to)s,
        updated_at = %(now)s,
        sent_at = coalesce(n.sent_at, %(sent_at)s),
        sent_by = coalesce(n.sent_by, %(sent_by)s),
        failure_reason = coalesce(%(reason)s, n.failure_reason),
        claimed_until = NULL,
        next_attempt_at = NULL
    WHERE n.id = %(id)s AND {_MAY_FOLLOW}
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
"""  # noqa: S608 - constants
_MOVED = f"SELECT {CHANGED_COLUMNS} FROM written"  # noqa: S608 - constants
_MOVE_PLAIN = f"{_MOVE} {_MOVED}"
_NOTED = "SELECT written.id, %(note)s::jsonb AS note FROM written"
_MOVE_NOTING = f"{_MOVE}, noted AS ({insert_notes(_NOTED, is_applied=True)}) {_MOVED}"

# Locked in one order, so that two workers with the same rows never wait for each other.
_MOVE_MANY = f"""
WITH movable AS (
    SELECT n.id FROM notifications n
    WHERE n.id = ANY(%(ids)s::uuid[]) AND {_MAY_FOLLOW}
    ORDER BY n.id FOR UPDATE
), written AS (
    UPDATE notifications n SET
        notification_status = %(to)s,
        updated_at = %(now)s,
        claimed_until = NULL,
        next_attempt_at = NULL
    FROM movable WHERE n.id = movable.id
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT {CHANGED_COLUMNS} FROM written
"""  # noqa: S608 - constants


def move(
    notification_id: UUID,
    to: Status,
    *,
    now: datetime,
    sent_by: str | None = None,
    sent_at: datetime | None = None,
    reason: str | None = None,
    note: Note | None = None,
) -> bool:
    """Move a notification to a status, if that may follow the one it has.

    Args:
        notification_id: which.
        to: the new status.
        now: when that became known.
        sent_by: the provider, filled in if none is known yet.
        sent_at: when the provider took it, filled in if that is not known yet.
        reason: short code for support staff.
        note: what is kept of the receipt that says so; of one that says delivered only if it
            changes nothing.

    Returns:
        Whether it moved. A move that is refused changes nothing and is logged.
    """
    values: dict[str, Any] = {
        "id": notification_id,
        "now": now,
        "sent_by": sent_by,
        "sent_at": sent_at,
        "reason": reason,
    }
    statement = _MOVE_PLAIN
    if note is not None and to != Status.DELIVERED:
        statement, values["note"] = _MOVE_NOTING, as_json(note)
    moved = write(statement, to, values)
    if not moved:
        _log_refusal(notification_id, to, now)
        if note is not None:
            keep_late(notification_id, note)
    return bool(moved)


def move_many(ids: Collection[UUID], to: Status, *, now: datetime) -> set[UUID]:
    """Move notifications to a status, those of them for which it may follow.

    Args:
        ids: which; a few hundred at a time.
        to: the new status.
        now: when that became known.

    Returns:
        The ids of those that moved. The others are unchanged, which is logged.
    """
    if not ids:
        return set()
    values = {"ids": [str(notification_id) for notification_id in ids], "now": now}
    moved = {change.id for change in write(_MOVE_MANY, to, values)}
    for notification_id in set(ids) - moved:
        _log_refusal(notification_id, to, now)
    return moved


def write(
    statement: str, to: Status, values: dict[str, Any], *, lock: str | None = None
) -> list[Moved]:
    """Run a statement that moves; what services must be told goes into the same transaction.

    Args:
        statement: moves, and returns ``CHANGED_COLUMNS``.
        to: the new status.
        values: of the statement.
        lock: run before it, where rows must be read as they are once they are locked.
    """
    values = {
        **values,
        "to": to.value,
        "from": sources_of(to),
        "from_letter": sources_of(to, letter=True),
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            if lock is not None:
                cursor.execute(lock, values)
            cursor.execute(statement, values)
            moved = read_changes(cursor)
        outbox.write(outbox.delivery_status_rows(moved))
        feed.note_bounces(moved)
    return moved


def _log_refusal(notification_id: UUID, to: Status, now: datetime) -> None:
    row = Notification.objects.filter(id=notification_id).values("status", "created_at").first()
    if row is None:
        logger.warning("notification %s is unknown, refused to make it %s", notification_id, to)
        return
    logger.info(
        "duplicate or late: notification %s is %s after %s, refused to make it %s",
        notification_id,
        row["status"],
        now - row["created_at"],
        to,
    )
