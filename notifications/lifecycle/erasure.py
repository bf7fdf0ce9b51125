"""Make messages forget to whom they went and what they said; facts and status stay."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from notifications.callbacks import outbox
from notifications.lifecycle.cancelling import NOT_WITH_PRINTER
from notifications.lifecycle.changes import CHANGED_COLUMNS, UPDATE_HISTORY, read_changes

# What nobody has taken ends here, as nothing that is paid for. What a worker has taken may be with
# a provider, or with the printer if it has its pages: its attempt goes on and is recorded, and
# there is no other, as there is no recipient.
_ERASE = f"""
WITH chosen AS MATERIALIZED (
    SELECT n.id, CASE WHEN n.notification_type = 'letter'
        THEN n.notification_status IN ('created', 'pending-virus-check') AND {NOT_WITH_PRINTER}
            OR n.notification_status = 'sending' AND NOT n.is_real
        ELSE n.notification_status = 'created'
            AND coalesce(n.claimed_until, '-infinity') <= %(now)s
        END AS is_stopped
    FROM notifications n WHERE n.id = ANY(%(ids)s::uuid[]) ORDER BY n.id FOR UPDATE
), erased AS (
    UPDATE notifications n SET
        "to" = '',
        normalised_to = NULL,
        personalisation = NULL,
        unsubscribe_link = NULL,
        client_reference = CASE WHEN n.id = ANY(%(telling)s::uuid[])
            THEN NULL ELSE n.client_reference END,
        notification_status = CASE WHEN NOT is_stopped THEN n.notification_status
            WHEN n.notification_type = 'letter' THEN 'cancelled' ELSE 'technical-failure' END,
        billable_units = CASE WHEN is_stopped AND n.notification_type = 'letter'
            THEN 0 ELSE n.billable_units END,
        failure_reason = CASE WHEN is_stopped THEN 'erased' ELSE n.failure_reason END,
        updated_at = CASE WHEN is_stopped THEN %(now)s ELSE n.updated_at END,
        claimed_until = CASE WHEN is_stopped THEN NULL ELSE n.claimed_until END,
        next_attempt_at = CASE WHEN is_stopped THEN NULL ELSE n.next_attempt_at END
    FROM chosen WHERE n.id = chosen.id
    RETURNING n.*, is_stopped
), written AS (
    SELECT * FROM erased WHERE is_stopped
), history AS (
    {UPDATE_HISTORY}
)
SELECT {CHANGED_COLUMNS} FROM written
"""  # noqa: S608 - constants
_FORGET_REFERENCES = """
UPDATE notification_history SET client_reference = NULL WHERE id = ANY(%(telling)s::uuid[])
"""
_COUNT_UNDER_WAY = """
SELECT count(*) FROM notifications WHERE id = ANY(%(ids)s::uuid[])
    AND notification_status = 'created'
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of messages that were erased.

    Attributes:
        stopped: how many had not been sent, and never will be.
        under_way: how many a worker had taken, and may be handing over at this moment.
    """

    stopped: int
    under_way: int


def erase(ids: Collection[UUID], *, telling: Collection[UUID], now: datetime) -> Erased:
    """Erase recipients, values and links of messages, and stop those that wait.

    Args:
        ids: which; a few hundred at a time.
        telling: those of them whose reference, which their service chose, tells who it was.
        now: what a worker's lease is compared with.
    """
    values: dict[str, Any] = {
        "ids": list(map(str, ids)),
        "telling": list(map(str, telling)),
        "now": now,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ERASE, values)
            moved = read_changes(cursor)
            cursor.execute(_FORGET_REFERENCES, values)
            cursor.execute(_COUNT_UNDER_WAY, values)
            [(under_way,)] = cursor.fetchall()
        outbox.write(outbox.delivery_status_rows(moved))
    return Erased(len(moved), under_way)
