"""By which ids a printer knows letters, and which of them it has refused.

A printer takes each id once, so that a repeated hand-over prints nothing twice. What it has refused
after it had taken it could never be printed under the same id: the next job has another.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid5

from django.db import connection
from django.db.models import Count

from notifications.models import RejectedPrintJob
from notify_project import clock

# Whoever refuses the same job at the same moment waits for the other's end.
_REJECT = """
INSERT INTO rejected_print_jobs (job_id, notification_id, created_at)
VALUES (%(job_id)s, %(notification_id)s, %(now)s) ON CONFLICT DO NOTHING
"""


def job_ids(letters: Collection[UUID]) -> dict[UUID, UUID]:
    """Return by which ids some letters are handed over now."""
    rows = RejectedPrintJob.objects.filter(notification_id__in=letters)
    counts = rows.values_list("notification_id").annotate(Count("job_id"))
    rejected = dict(counts.order_by())
    return {letter: _job_id(letter, rejected.get(letter, 0)) for letter in letters}


def reject(letter: UUID, job_id: UUID) -> bool:
    """Record that the printer has refused a job; say whether that is new."""
    values: dict[str, Any] = {"job_id": job_id, "notification_id": letter, "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(_REJECT, values)
        return bool(cursor.rowcount)


def _job_id(letter: UUID, rejected: int) -> UUID:
    return uuid5(letter, str(rejected)) if rejected else letter
