"""What is written of letters that came as a PDF: taken for their check, passed, checked again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.lifecycle.changes import UPDATE_HISTORY
from notifications.lifecycle.letters import claim_oldest
from notifications.models import Notification
from notify_project.recipients.unknown import normalise_lines

# The words are those of two indexes.
_TO_CHECK = {
    True: "n.is_real AND n.notification_status = 'pending-virus-check'",
    False: "NOT n.is_real AND n.notification_status = 'pending-virus-check'",
}
# A letter that is not real is never printed: it has arrived.
_PASS = f"""
WITH written AS (
    UPDATE notifications n SET
        notification_status = CASE WHEN n.is_real THEN 'created' ELSE 'delivered' END,
        billable_units = CASE WHEN n.is_real THEN %(sheets)s ELSE 0 END,
        "to" = %(to)s,
        normalised_to = %(normalised_to)s,
        postage = coalesce(%(postage)s::text, n.postage),
        international = %(postage)s::text IS NOT NULL,
        updated_at = %(now)s,
        claimed_until = NULL, next_attempt_at = NULL, delivery_attempts = 0
    WHERE n.id = %(id)s AND n.notification_status = 'pending-virus-check'
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT count(*) FROM written
"""  # noqa: S608 - constants
_AGAIN = f"""
WITH written AS (
    UPDATE notifications n SET
        notification_status = 'pending-virus-check', failure_reason = NULL, updated_at = %(now)s,
        claimed_until = NULL, next_attempt_at = NULL, delivery_attempts = 0
    FROM (
        SELECT n.id FROM notifications n
        WHERE n.notification_type = 'letter' AND n.notification_status = 'technical-failure'
            AND n.failure_reason = ANY(%(reasons)s) AND n."to" <> ''
            AND (%(id)s::uuid IS NULL OR n.id = %(id)s::uuid)
        ORDER BY n.id LIMIT %(limit)s FOR UPDATE
    ) chosen
    WHERE n.id = chosen.id
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT count(*) FROM written
"""  # noqa: S608 - constants


def claim_letter_to_check(
    *, is_real: bool, now: datetime, lease_until: datetime
) -> Notification | None:
    """Take the oldest letter that waits for its check, for one worker alone until its lease ends.

    Args:
        is_real: false for those of test keys and of services in research mode.
        now: what is due is due by then.
        lease_until: when others may take it if it is not checked by then.
    """
    return claim_oldest(_TO_CHECK[is_real], now=now, lease_until=lease_until)


def pass_letter(
    letter_id: UUID, *, address: Sequence[str], postage: str | None, sheets: int, now: datetime
) -> bool:
    """Write what a letter that has passed its check turned out to be: it is ready to be printed.

    Args:
        letter_id: which.
        address: its lines.
        postage: that its country asks for; None: as it was ordered.
        sheets: of paper.
        now: when that became known.

    Returns:
        Whether it was waiting for that; it may have been cancelled.
    """
    to = "\n".join(address)
    return bool(
        _count(
            _PASS,
            {
                "id": str(letter_id),
                "to": to,
                "normalised_to": normalise_lines(to),
                "postage": postage,
                "sheets": sheets,
                "now": now,
            },
        )
    )


def check_letters_again(
    reasons: Collection[str], *, now: datetime, limit: int, letter_id: UUID | None = None
) -> int:
    """Let letters whose check failed wait for it once more, as if they had just come.

    Args:
        reasons: why their check failed.
        now: when somebody asked for it.
        limit: how many at once.
        letter_id: only this one.

    Returns:
        How many.
    """
    values = {
        "reasons": list(reasons),
        "now": now,
        "limit": limit,
        "id": str(letter_id) if letter_id else None,
    }
    return _count(_AGAIN, values)


def _count(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])
