"""What is written of letters that go to the printer in one file, besides their statuses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.lifecycle.holding import HELD_UNTIL
from notifications.statuses import Status, sources_of

# Everything that makes a letter ready is asked once more: days may have passed since the run.
# Locked in one order; a letter that somebody changes at this moment is waited for.
_CLAIM = """
UPDATE notifications n SET claimed_until = %(lease_until)s
FROM (
    SELECT n.id FROM notifications n
    WHERE n.id = ANY(%(ids)s::uuid[])
        AND n.notification_type = 'letter' AND n.notification_status = 'created'
        AND n.is_real AND n.key_type = 'normal' AND n.billable_units > 0
        AND coalesce(n.claimed_until, '-infinity') <= %(now)s
    ORDER BY n.id FOR UPDATE
) due
WHERE n.id = due.id
RETURNING n.id, n.reference, n.postage, n.created_at
"""
_HOLD = """
UPDATE notifications SET claimed_until = %(until)s
WHERE id = ANY(%(ids)s::uuid[]) AND notification_status = 'created' AND claimed_until > %(now)s
"""
_RELEASE = """
UPDATE notifications SET claimed_until = NULL
WHERE id = ANY(%(ids)s::uuid[]) AND notification_status = 'created' AND claimed_until IS NOT NULL
"""
# Where the row itself is there, it decides: history follows it and is not written alone.
_MOVE_DELETED = """
UPDATE notification_history h SET
    notification_status = %(to)s, updated_at = %(now)s, sent_at = coalesce(h.sent_at, %(now)s)
WHERE h.id = ANY(%(ids)s::uuid[]) AND h.notification_type = 'letter'
    AND h.notification_status = ANY(%(from)s)
    AND NOT EXISTS (SELECT FROM notifications n WHERE n.id = h.id)
"""


@dataclass(frozen=True, slots=True)
class LetterInFile:
    """A letter that goes into a file, as it is now."""

    id: UUID
    reference: str | None
    postage: str
    created_at: datetime


def claim_letters_of_file(
    ids: Collection[UUID], *, now: datetime, lease_until: datetime
) -> list[LetterInFile]:
    """Take those of some letters that are ready to be printed, so that nobody cancels them.

    Args:
        ids: which; all of one file.
        now: what is held by nobody is held by nobody then.
        lease_until: when that ends by itself.
    """
    values: dict[str, Any] = {"ids": _texts(ids), "now": now, "lease_until": lease_until}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [LetterInFile(*row) for row in cursor.fetchall()]


def hold_letters_of_file(ids: Collection[UUID], *, now: datetime) -> int:
    """Hold claimed letters until somebody says what has become of them; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"ids": _texts(ids), "now": now, "until": HELD_UNTIL})
        return int(cursor.rowcount)


def release_letters_of_file(ids: Collection[UUID]) -> None:
    """Let letters go that the printer surely does not have."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, {"ids": _texts(ids)})


def move_deleted_letters(ids: Collection[UUID], to: Status, *, now: datetime) -> int:
    """Move letters of which only history is left, those that may; return how many moved."""
    values: dict[str, Any] = {
        "ids": _texts(ids),
        "to": to.value,
        "from": sources_of(to, letter=True),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_DELETED, values)
        return int(cursor.rowcount)


def _texts(ids: Collection[UUID]) -> list[str]:
    return [str(each) for each in ids]
