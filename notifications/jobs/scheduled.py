"""Jobs that wait for their time."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from notifications.jobs.moves import Status, move
from notifications.models import Job


def take_due_jobs(now: datetime) -> list[UUID]:
    """Return the scheduled jobs whose time has come; each is begun by a task."""
    with transaction.atomic():
        due = Job.objects.select_for_update(skip_locked=True).filter(
            job_status=Status.SCHEDULED, scheduled_for__lte=now
        )
        ids = due.order_by("scheduled_for", "id").values_list("id", flat=True)
        return [job_id for job_id in ids if move(job_id, Status.SCHEDULED, Status.PENDING)]
