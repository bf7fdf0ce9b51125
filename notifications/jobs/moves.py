"""The only writer of where a job stands."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from notifications.models import Job
from notify_project import clock

Status = Job.Status

# Which may follow which.
TRANSITIONS: dict[Job.Status, frozenset[Job.Status]] = {
    Status.SCHEDULED: frozenset({Status.PENDING, Status.CANCELLED}),
    Status.PENDING: frozenset({Status.IN_PROGRESS, Status.CANCELLED, Status.ERROR, Status.PAUSED}),
    Status.IN_PROGRESS: frozenset(
        {
            Status.FINISHED,
            Status.LIMITS_EXCEEDED,
            Status.CANCELLED,
            Status.ERROR,
            Status.PAUSED,
        }
    ),
    Status.ERROR: frozenset({Status.IN_PROGRESS, Status.PAUSED}),
    Status.FINISHED: frozenset({Status.ALL_CREATED, Status.PAUSED}),
    # Cancelled are then its letters, which are not printed yet.
    Status.ALL_CREATED: frozenset({Status.PAUSED, Status.CANCELLED}),
    Status.PAUSED: frozenset({Status.ERROR}),
}
# Rows may be stored in these.
STORING = frozenset({Status.IN_PROGRESS, Status.ERROR, Status.FINISHED})
HEARTBEAT_EVERY = timedelta(seconds=10)


def move(job_id: UUID, source: Job.Status, to: Job.Status, **columns: Any) -> bool:
    """Move a job on, and return whether it was this call that did.

    Args:
        job_id: of the job.
        source: where it must stand.
        to: where it stands then.
        columns: written with it.
    """
    if to not in TRANSITIONS.get(source, frozenset()):
        raise ValueError(f"a job that is {source} is never {to} next")
    rows = Job.objects.filter(id=job_id, job_status=source)
    return bool(rows.update(job_status=to, updated_at=clock.now(), **columns))


def beat(job_id: UUID, now: datetime) -> None:
    """Note that a job makes progress, unless that was noted a moment ago."""
    late = Job.objects.filter(id=job_id, heartbeat_at__lt=now - HEARTBEAT_EVERY)
    late.update(heartbeat_at=now)
