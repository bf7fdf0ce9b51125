"""Keep the rows of a paused job from being sent, and let them go again."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

# No worker takes a message before its next attempt; nobody waits for this one.
HELD_UNTIL: Final = datetime(9000, 1, 1, tzinfo=UTC)
BATCH: Final = 5_000

# In the order of the file, each batch behind the one before.
_ROWS = """
    SELECT n.id, n.job_row_number FROM notifications n
    WHERE n.job_id = %(job_id)s AND n.job_row_number > %(after)s
        AND n.notification_status = 'created' AND n.notification_type IN ('sms', 'email')
        AND {which}
    ORDER BY n.job_row_number LIMIT %(limit)s
    FOR UPDATE
"""
_WRITE = """
WITH chosen AS MATERIALIZED ({rows}), written AS (
    UPDATE notifications n SET next_attempt_at = {at} FROM chosen WHERE n.id = chosen.id
)
SELECT count(*), max(job_row_number) FROM chosen
"""
# Also what a hold has put away: it is met again when the job goes on.
_HOLD = _WRITE.format(
    rows=_ROWS.format(which="n.next_attempt_at IS DISTINCT FROM %(held)s"), at="%(held)s"
)
_RELEASE = _WRITE.format(rows=_ROWS.format(which="n.next_attempt_at = %(held)s"), at="NULL")


def hold_rows_of_job(job_id: UUID, *, after: int) -> tuple[int, int] | None:
    """Hold back some waiting rows of a job.

    Args:
        job_id: of the job.
        after: the number of a row; those behind it are held.

    Returns:
        How many there were, and the number of the last; None if there were none.
    """
    return _write(_HOLD, job_id, after)


def release_rows_of_job(job_id: UUID, *, after: int) -> tuple[int, int] | None:
    """Let some rows of a job that were held back be sent at once; likewise."""
    return _write(_RELEASE, job_id, after)


def _write(statement: str, job_id: UUID, after: int) -> tuple[int, int] | None:
    values: dict[str, Any] = {
        "job_id": str(job_id),
        "after": after,
        "held": HELD_UNTIL,
        "limit": BATCH,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        count, last = cursor.fetchone()
        return (count, last) if count else None
