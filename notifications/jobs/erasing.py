"""Take rows out of a stored file, and let no worker store what they said.

A worker may have read the file a moment ago. So the rows are noted in the job first, which waits
for whatever is being stored, and each worker asks for the note before it stores anything.
"""

import csv
import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

from notifications.jobs import files
from notifications.models import Job
from notifications.spreadsheets.rows import lines_of
from notify_project.storage import FileMissing

_NOTE = """
UPDATE jobs SET erased_rows = ARRAY(
    SELECT DISTINCT number FROM unnest(coalesce(erased_rows, '{}') || %(numbers)s::int[]) AS number
    ORDER BY number
)
WHERE id = %(job_id)s AND NOT coalesce(erased_rows, '{}') @> %(numbers)s::int[]
"""


@contextmanager
def file_locked(job_id: UUID) -> Iterator[None]:
    """Let one process at a time replace or remove a job's file; in a transaction."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            number = int.from_bytes(job_id.bytes[:8], "big", signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield


def note_erased_rows(job_id: UUID, numbers: Collection[int]) -> bool:
    """Let nothing more of some rows be stored than that they were there.

    Args:
        job_id: of the job.
        numbers: of the rows, from 0.

    Returns:
        Whether there is such a job; a file that was not sent yet has none.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"job_id": str(job_id), "numbers": sorted(numbers)})
    return Job.objects.filter(id=job_id).exists()


def empty_rows(service_id: UUID, job_id: UUID, numbers: Collection[int]) -> None:
    """Replace rows of a file by blank ones, so that all others keep their numbers.

    A file that is gone is no trouble.
    """
    with file_locked(job_id):
        try:
            text = files.read(service_id, job_id)
        except FileMissing:
            return
        files.replace_text(service_id, job_id, _without(text, numbers))


def _without(text: bytes, numbers: Collection[int]) -> bytes:
    rows = csv.reader(lines_of(text))
    kept = io.StringIO(newline="")
    writer = csv.writer(kept, lineterminator="\n")
    writer.writerow(next(rows, []))
    for number, cells in enumerate(rows):
        writer.writerow([] if number in numbers else cells)
    return kept.getvalue().encode()
