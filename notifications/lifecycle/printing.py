"""What is written of a letter while it is handed over to the printer, besides its status."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.lifecycle.notes import Note, as_json, insert_notes
from notifications.models import Notification

# Everything that makes a letter ready is asked once more: days may have passed since the run.
_CLAIM = """
UPDATE notifications n SET
    claimed_until = %(lease_until)s, delivery_attempts = n.delivery_attempts + 1
FROM (
    SELECT n.id FROM notifications n
    WHERE n.id = ANY(%(ids)s::uuid[])
        AND n.notification_type = 'letter' AND n.notification_status = 'created'
        AND n.is_real AND n.key_type = 'normal' AND n.billable_units > 0
        AND GREATEST(n.created_at, n.claimed_until, n.next_attempt_at) <= %(now)s
        AND n.service_id <> ALL(%(held_services)s::uuid[])
        AND n.template_id <> ALL(%(held_templates)s::uuid[])
    ORDER BY n.id FOR UPDATE SKIP LOCKED
) due
WHERE n.id = due.id
RETURNING n.*
"""
_NOTED = "SELECT given_back.id, %(note)s::jsonb AS note FROM given_back"
_TRY_AGAIN = f"""
WITH given_back AS (
    UPDATE notifications SET
        claimed_until = CASE WHEN %(is_held)s THEN %(at)s::timestamptz END,
        next_attempt_at = %(at)s,
        delivery_attempts = delivery_attempts - CASE WHEN %(is_free)s THEN 1 ELSE 0 END
    WHERE id = %(id)s AND notification_status = 'created' AND delivery_attempts = %(attempt)s
    RETURNING id
)
{insert_notes(_NOTED, is_applied=True)}
"""  # noqa: S608 - constants


def claim_letters_to_print(
    ids: Collection[UUID],
    *,
    now: datetime,
    lease_until: datetime,
    held_services: Collection[UUID] = (),
    held_templates: Collection[UUID] = (),
) -> list[Notification]:
    """Take those of some letters that are ready to be printed, for one worker alone.

    Until the lease ends, they cannot be cancelled.

    Args:
        ids: which; a few at a time.
        now: what is due is due by then.
        lease_until: when others may take what has no outcome by then.
        held_services: whose letters are left.
        held_templates: likewise.
    """
    values = {
        "ids": list(map(str, ids)),
        "held_services": list(map(str, held_services)),
        "held_templates": list(map(str, held_templates)),
        "now": now,
        "lease_until": lease_until,
    }
    return list(Notification.objects.raw(_CLAIM, values))


def print_letter_again(
    letter: Notification, *, at: datetime, is_held: bool, is_free: bool, note: Note
) -> None:
    """Give a letter back, to be handed over again at a time.

    Args:
        letter: as it was claimed.
        at: when.
        is_held: the printer may have it, so nobody may cancel it meanwhile.
        is_free: the attempt does not count.
        note: what is kept of the attempt.
    """
    values: dict[str, Any] = {
        "id": letter.id,
        "attempt": letter.delivery_attempts,
        "at": at,
        "is_held": is_held,
        "is_free": is_free,
        "note": as_json(note),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TRY_AGAIN, values)
