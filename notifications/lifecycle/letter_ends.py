"""How letters end: what is heard of them after their own rows may be gone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.lifecycle.changes import UPDATE_HISTORY
from notifications.statuses import Status, sources_of

# Where the row itself is there, it decides: history follows it and is not written alone.
_WITHOUT_ROW = "NOT EXISTS (SELECT FROM notifications n WHERE n.id = h.id)"
_RETURNED_COLUMNS = """
    id, service_id, template_id, template_version, client_reference, created_at, job_id,
    job_row_number, api_key_id, created_by_id
"""
# Locked in one order, so that two workers with the same letters never wait for each other.
_RETURN = f"""
WITH movable AS (
    SELECT n.id FROM notifications n
    WHERE n.notification_type = 'letter' AND n.is_real AND n.reference = ANY(%(references)s)
        AND n.notification_status = ANY(%(from)s)
    ORDER BY n.id FOR UPDATE
), written AS (
    UPDATE notifications n SET
        notification_status = %(to)s, updated_at = %(now)s,
        claimed_until = NULL, next_attempt_at = NULL
    FROM movable WHERE n.id = movable.id
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
SELECT {_RETURNED_COLUMNS} FROM written
"""  # noqa: S608 - constants
# A statement of its own: a row that the night deletes while the first one waits is gone here.
_RETURN_DELETED = f"""
WITH movable AS (
    SELECT h.id FROM notification_history h
    WHERE h.notification_type = 'letter' AND h.reference = ANY(%(references)s)
        AND h.notification_status = ANY(%(from)s) AND {_WITHOUT_ROW}
    ORDER BY h.id FOR UPDATE
), written AS (
    UPDATE notification_history h SET notification_status = %(to)s, updated_at = %(now)s
    FROM movable WHERE h.id = movable.id
    RETURNING h.*
)
SELECT {_RETURNED_COLUMNS} FROM written
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class CameBack:
    """A letter that has just become one that came back, as far as history knows it."""

    id: UUID
    service_id: UUID
    template_id: UUID
    template_version: int
    client_reference: str | None
    created_at: datetime
    job_id: UUID | None
    job_row_number: int | None
    api_key_id: UUID | None
    created_by_id: UUID | None


def return_letters(references: Collection[str], *, now: datetime) -> list[CameBack]:
    """Move letters that came back, also those of which only history is left.

    To be called in the transaction that records what follows of it.

    Args:
        references: as they are printed on them; a few thousand at a time.
        now: when that became known.

    Returns:
        Those that moved; a letter moves once.
    """
    values: dict[str, Any] = {
        "references": list(references),
        "to": Status.RETURNED_LETTER.value,
        "from": sources_of(Status.RETURNED_LETTER, letter=True),
        "now": now,
    }
    moved: list[CameBack] = []
    with connection.cursor() as cursor:
        for statement in (_RETURN, _RETURN_DELETED):
            cursor.execute(statement, values)
            moved += [CameBack(*row) for row in cursor.fetchall()]
    return moved
