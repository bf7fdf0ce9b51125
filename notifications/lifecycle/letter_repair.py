"""What support staff do to letters that went wrong, besides moving them to an end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from notifications.lifecycle.cancelling import NOT_WITH_PRINTER
from notifications.lifecycle.changes import UPDATE_HISTORY

_LOCK = "SELECT n.id FROM notifications n WHERE n.id = %(id)s FOR UPDATE"
# As if it had never been tried.
_SEND_AGAIN = f"""
WITH written AS (
    UPDATE notifications n SET
        notification_status = 'created',
        updated_at = %(now)s,
        billable_units = %(sheets)s,
        sent_at = NULL,
        sent_by = NULL,
        failure_reason = NULL,
        failed_provider = NULL,
        claimed_until = NULL,
        next_attempt_at = NULL,
        delivery_attempts = 0
    WHERE n.id = %(id)s AND n.notification_type = 'letter' AND n.is_real
        AND n.notification_status = 'technical-failure'
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT count(*) FROM written
"""  # noqa: S608 - constants
# Without sheets it is not ready to be printed, and whoever makes pages takes it.
_FORGET_PAGES = f"""
WITH written AS (
    UPDATE notifications n SET
        updated_at = %(now)s,
        billable_units = 0,
        claimed_until = NULL,
        next_attempt_at = NULL,
        delivery_attempts = 0
    WHERE n.id = %(id)s AND n.notification_type = 'letter' AND n.is_real
        AND n.notification_status = 'created'
        AND coalesce(n.claimed_until, '-infinity') <= %(now)s
        AND {NOT_WITH_PRINTER}
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT count(*) FROM written
"""  # noqa: S608 - constants


def send_letter_again(letter_id: UUID, *, sheets: int, now: datetime) -> bool:
    """Let a letter that failed here be printed after all.

    Args:
        letter_id: of the letter.
        sheets: of its stored pages; none if they must be made first.
        now: when.

    Returns:
        Whether it had failed here, and waits again.
    """
    return _write(_SEND_AGAIN, {"id": str(letter_id), "sheets": sheets, "now": now})


def forget_pages(letter_id: UUID, *, now: datetime) -> bool:
    """Let the pages of a letter that waits for its print run be made again.

    Returns:
        Whether it waited, and nobody was at work on it.
    """
    return _write(_FORGET_PAGES, {"id": str(letter_id), "now": now})


def _write(statement: str, values: dict[str, Any]) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, values)
        cursor.execute(statement, values)
        return bool(cursor.fetchone()[0])
