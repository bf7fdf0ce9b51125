"""One notification, one new status."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from notifications.callbacks import outbox
from notifications.lifecycle.changes import CHANGED_COLUMNS, UPDATE_HISTORY, read_changes
from notifications.models import Notification
from notifications.statuses import Status, sources_of

logger = logging.getLogger(__name__)

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
    WHERE n.id = %(id)s AND n.notification_status = ANY(
        CASE WHEN n.notification_type = 'letter' THEN %(from_letter)s ELSE %(from)s END
    )
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
) -> bool:
    """Move a notification to a status, if that may follow the one it has.

    Args:
        notification_id: which.
        to: the new status.
        now: when that became known.
        sent_by: the provider, filled in if none is known yet.
        sent_at: when the provider took it, filled in if that is not known yet.
        reason: short code for support staff.

    Returns:
        Whether it moved. A move that is refused changes nothing and is logged.
    """
    values: dict[str, Any] = {
        "id": notification_id,
        "to": to.value,
        "now": now,
        "sent_by": sent_by,
        "sent_at": sent_at,
        "reason": reason,
        "from": sources_of(to),
        "from_letter": sources_of(to, letter=True),
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, values)
            moved = read_changes(cursor)
        outbox.write(outbox.delivery_status_rows(moved))
    if not moved:
        _log_refusal(notification_id, to, now)
    return bool(moved)


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
