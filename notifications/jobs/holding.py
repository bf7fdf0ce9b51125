"""Hold back what is stored of a paused job, a batch at a time, and let it go again."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from notifications import lifecycle
from notifications.jobs.moves import STORING, Status
from notify_project.database import again_if_crossed

# Whoever moves the job waits for the batch that is written; the next batch finds it moved.
_LOCK = "SELECT FROM jobs WHERE id = %s AND job_status = ANY(%s) FOR SHARE"
_LOCK_FOR_STORING = _LOCK.replace("SELECT", "SELECT erased_rows")


def is_locked(job_id: UUID, statuses: Iterable[Status]) -> bool:
    """Keep a job where it stands until the transaction ends; say whether it stands there."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(job_id), [status.value for status in statuses]])
        return cursor.fetchone() is not None


def lock_for_storing(job_id: UUID) -> frozenset[int] | None:
    """Keep a job where it stands until the transaction ends, if rows may be stored there.

    Returns:
        The rows that were erased, whatever a file that was read before says; None if no rows may
        be stored.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_FOR_STORING, [str(job_id), [status.value for status in STORING]])
        row = cursor.fetchone()
    return None if row is None else frozenset(row[0] or ())


def hold(job_id: UUID) -> int:
    """Hold back what waits of a paused job, and count it."""
    return _each_batch(job_id, Status.PAUSED)


def release(job_id: UUID) -> int:
    """Let go what was held back of a job that goes on, and count it."""
    return _each_batch(job_id, Status.IN_PROGRESS)


def _each_batch(job_id: UUID, status: Status) -> int:
    count, last = 0, -1
    # Workers write to rows of it in another order.
    while (batch := again_if_crossed(partial(_batch, job_id, status, last))) is not None:
        written, last = batch
        count += written
    return count


def _batch(job_id: UUID, status: Status, after: int) -> tuple[int, int] | None:
    """Return how many rows were written and the last of them; None if there are no more."""
    with transaction.atomic():
        if not is_locked(job_id, [status]):
            return None
        if status == Status.PAUSED:
            return lifecycle.hold_rows_of_job(job_id, after=after)
        return lifecycle.release_rows_of_job(job_id, after=after)
