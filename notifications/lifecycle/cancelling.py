"""Letters that shall not be printed after all: one, or all of a job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from notifications.lifecycle.changes import UPDATE_HISTORY

# A statement of a web process has four seconds; five thousand letters took up to three.
BATCH: Final = 2_000

# Whoever makes or checks its pages finds out that nobody waits for them. What a print run has
# taken, or may have handed over and does not know, is with the printer, as far as anybody can tell.
# A batch that is handed over left no letter waiting: one that waits was sent again since.
NOT_WITH_PRINTER: Final = """
    (n.billable_units = 0 OR coalesce(n.claimed_until, '-infinity') <= %(now)s)
    AND NOT EXISTS (
        SELECT FROM letter_print_entries entry
        JOIN letter_print_batches batch ON batch.id = entry.batch_id
        WHERE entry.notification_id = n.id
            AND batch.state IN ('uploading', 'unclear')
    )
"""
_CANCELLABLE = f"""
    n.notification_type = 'letter'
    AND n.notification_status IN ('created', 'pending-virus-check')
    AND {NOT_WITH_PRINTER}
"""
# Locked by a statement before, so that the batches are read as they are then. In the order in
# which others lock several.
_LOCK = "SELECT n.id FROM notifications n WHERE n.id = %(id)s FOR UPDATE"
_LOCK_JOB = """
WITH locked AS MATERIALIZED (
    SELECT n.id FROM notifications n WHERE n.job_id = %(job_id)s ORDER BY n.id FOR UPDATE
)
SELECT count(*) FROM locked
"""
_WRITE = f"""
, written AS (
    UPDATE notifications n SET
        notification_status = 'cancelled',
        updated_at = %(now)s,
        billable_units = 0,
        claimed_until = NULL,
        next_attempt_at = NULL
    FROM chosen WHERE n.id = chosen.id
    RETURNING n.*
), history AS (
    {UPDATE_HISTORY}
)
"""  # noqa: S608 - constants
_CANCEL = f"""
WITH chosen AS MATERIALIZED (
    SELECT n.id FROM notifications n WHERE n.id = %(id)s AND {_CANCELLABLE}
) {_WRITE}
SELECT count(*) FROM written
"""  # noqa: S608 - constants
_CANCEL_OF_JOB = f"""
WITH chosen AS MATERIALIZED (
    SELECT n.id FROM notifications n
    WHERE n.job_id = %(job_id)s AND n.job_row_number > %(after)s AND {_CANCELLABLE}
    ORDER BY n.job_row_number LIMIT %(limit)s
) {_WRITE}
SELECT
    count(*),
    count(*) FILTER (WHERE is_real AND created_at >= %(counted_since)s),
    max(job_row_number)
FROM written
"""  # noqa: S608 - constants
_LOOK = f"""
SELECT
    count(*) FILTER (WHERE is_cancellable),
    count(*) FILTER (WHERE NOT is_cancellable AND NOT is_over),
    min(created_at) FILTER (WHERE is_cancellable)
FROM (
    SELECT n.created_at,
        {_CANCELLABLE} AS is_cancellable,
        n.notification_status = ANY(%(over)s) AS is_over
    FROM notifications n WHERE n.job_id = %(job_id)s
) letter
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class LettersOfJob:
    """How the letters of a job stand.

    Attributes:
        cancellable: how many could be cancelled now.
        further: how many are with the printer, or beyond.
        oldest: when the first of the cancellable ones was accepted.
    """

    cancellable: int
    further: int
    oldest: datetime | None


def cancel_letter(letter_id: UUID, *, now: datetime) -> bool:
    """Cancel a letter, unless the printer may have it; say whether it is cancelled."""
    values: dict[str, Any] = {"id": str(letter_id), "now": now}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, values)
        cursor.execute(_CANCEL, values)
        return bool(cursor.fetchone()[0])


def look_at_letters_of_job(job_id: UUID, *, over: frozenset[str], now: datetime) -> LettersOfJob:
    """Lock the letters of a job until the transaction ends, and tell how they stand.

    Args:
        job_id: of the job.
        over: statuses of letters that will not be printed anyway.
        now: what a claim is compared with.
    """
    values: dict[str, Any] = {"job_id": str(job_id), "over": sorted(over), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_JOB, values)
        cursor.execute(_LOOK, values)
        return LettersOfJob(*cursor.fetchone())


def cancel_letters_of_job(
    job_id: UUID, *, now: datetime, counted_since: datetime
) -> tuple[int, int]:
    """Cancel all letters of a job that can be; to be called while they are locked.

    Args:
        job_id: of the job.
        now: when.
        counted_since: when the day began whose limit they may have been counted against.

    Returns:
        How many were cancelled, and how many of them were accepted on that day.
    """
    values: dict[str, Any] = {
        "job_id": str(job_id),
        "now": now,
        "counted_since": counted_since,
        "after": -1,
        "limit": BATCH,
    }
    cancelled = counted = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CANCEL_OF_JOB, values)
            count, count_of_day, last = cursor.fetchone()
        cancelled, counted = cancelled + count, counted + count_of_day
        if count < BATCH:
            return cancelled, counted
        values["after"] = last
