"""Which rows of jobs have no notification. History remembers those that were deleted since."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.models import Job, Notification

_COUNT = """
SELECT count(*) FROM (
    SELECT job_row_number FROM notifications WHERE job_id = %(job_id)s
    UNION
    SELECT job_row_number FROM notification_history WHERE job_id = %(job_id)s
) AS present
"""
# Not what follows the highest row: rows go missing in the middle.
_RANGES = """
SELECT DISTINCT number / %(size)s FROM (
    SELECT generate_series(0, %(count)s - 1) AS number
    EXCEPT
    (
        SELECT job_row_number FROM notifications WHERE job_id = %(job_id)s
        UNION ALL
        SELECT job_row_number FROM notification_history WHERE job_id = %(job_id)s
    )
) AS missing
ORDER BY 1
"""
_ROWS = """
SELECT number FROM generate_series(%(first)s, %(last)s) AS number
WHERE NOT EXISTS (
    SELECT FROM notifications n WHERE n.job_id = %(job_id)s AND n.job_row_number = number
)
"""


def is_complete(job: Job) -> bool:
    """Say whether every row of a job has its notification."""
    # Nearly always enough, and half the work.
    if Notification.objects.filter(job=job).count() == job.notification_count:
        return True
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"job_id": str(job.id)})
        return bool(cursor.fetchone()[0] == job.notification_count)


def ranges_with_missing_rows(job: Job, size: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last row of each range of which some row is missing."""
    values: dict[str, Any] = {"job_id": str(job.id), "count": job.notification_count, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, values)
        places = [row[0] for row in cursor.fetchall()]
    for place in places:
        yield place * size, min((place + 1) * size, job.notification_count) - 1


def missing_rows(job_id: UUID, first: int, last: int) -> list[int]:
    """Return the numbers of a range's rows that are not in the live table, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"job_id": str(job_id), "first": first, "last": last})
        return sorted(row[0] for row in cursor.fetchall())
