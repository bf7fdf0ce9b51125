"""What is written of a letter on its way to the printer, besides its status."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.lifecycle.changes import UPDATE_HISTORY
from notifications.models import Notification

# Letters from templates whose pages are not made: of real ones no sheet is counted yet, and those
# that are not real are on their way until they are made. The words are those of two indexes.
_WITHOUT_PAGES = {
    True: "n.is_real AND n.notification_status = 'created' AND n.billable_units = 0",
    False: "NOT n.is_real AND n.notification_status = 'sending'",
}
# Materialised: as a part of the join it might be run once a row, and take another letter each time.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT n.id FROM notifications n
    WHERE n.notification_type = 'letter' AND {which}
        AND GREATEST(n.created_at, n.claimed_until, n.next_attempt_at) <= %(now)s
    ORDER BY n.created_at, n.id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE notifications n SET
    claimed_until = %(lease_until)s, delivery_attempts = n.delivery_attempts + 1
FROM due WHERE n.id = due.id
RETURNING n.*
"""
_COUNT_SHEETS = f"""
WITH written AS (
    UPDATE notifications n SET
        billable_units = %(sheets)s, updated_at = %(now)s,
        claimed_until = NULL, next_attempt_at = NULL, delivery_attempts = 0
    WHERE n.id = %(id)s AND n.notification_status = 'created' AND n.is_real
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT count(*) FROM written
"""  # noqa: S608 - constants


def claim_letter_without_pages(
    *, is_real: bool, now: datetime, lease_until: datetime
) -> Notification | None:
    """Take the oldest letter whose pages must be made, for one worker alone until its lease ends.

    Args:
        is_real: false for those of test keys and of services in research mode.
        now: what is due is due by then.
        lease_until: when others may take it if it is not made by then.
    """
    return claim_oldest(_WITHOUT_PAGES[is_real], now=now, lease_until=lease_until)


def claim_oldest(which: str, *, now: datetime, lease_until: datetime) -> Notification | None:
    """Take the oldest of some letters that is due; ``which`` is a condition on ``n``, of ours."""
    values = {"now": now, "lease_until": lease_until}
    taken = Notification.objects.raw(_CLAIM.format(which=which), values)
    return next(iter(taken), None)


def count_sheets(letter_id: UUID, sheets: int, *, now: datetime) -> bool:
    """Write how many sheets a letter has: from then on it is ready to be printed.

    Returns:
        Whether it was waiting for that; it may have been cancelled.
    """
    values: dict[str, Any] = {"id": str(letter_id), "sheets": sheets, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SHEETS, values)
        return bool(cursor.fetchone()[0])


def try_letter_again(letter_id: UUID, *, at: datetime) -> None:
    """Give a letter back, to be taken again at a time."""
    waiting = Notification.objects.filter(
        id=letter_id, status__in=("created", "sending", "pending-virus-check")
    )
    waiting.update(claimed_until=None, next_attempt_at=at)
