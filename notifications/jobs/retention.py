"""Delete the files of jobs whose time is over; the job itself, without anyone's data, remains."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models.functions import Coalesce

from notifications.jobs import files
from notifications.jobs.erasing import file_locked
from notifications.jobs.moves import STORING, Status
from notifications.models import Job
from notifications.retention.cutoffs import cutoffs
from notify_project import clock
from notify_project.storage import delete_each
from services.models import Service
from services.retention import days_of_retention

logger = logging.getLogger(__name__)

# What was uploaded and never sent is kept for no longer than somebody may look at it.
UNUSED_FOR = timedelta(days=1)
_UNFINISHED = STORING | {Status.PENDING, Status.SCHEDULED}


def remove_files_of_jobs(today: date, types: Sequence[str]) -> int:
    """Delete the files of jobs whose messages are not kept any more, and count the jobs.

    Args:
        today: the London day.
        types: channels.

    Raises:
        ExceptionGroup: some files could not be deleted; all others are gone.
    """
    ends = cutoffs(today)
    old = (
        Job.objects.filter(archived=False, template__template_type__in=types)
        .alias(sent_at=Coalesce("scheduled_for", "created_at"))
        .filter(sent_at__lt=max(ends.values()))
        .select_related("template")
    )
    over: Iterator[Job] = (
        job
        for job in old.order_by("created_at", "id").iterator()
        if (job.scheduled_for or job.created_at)
        < ends[days_of_retention(job.service_id, job.template.template_type)]
        and _is_complete(job)
    )
    removed, errors = delete_each(over, _remove)
    _require_none(errors)
    return len(removed)


def _is_complete(job: Job) -> bool:
    if job.job_status in _UNFINISHED:
        logger.error("job %s is older than its retention and has rows to store", job.id)
        return False
    return True


def _remove(job: Job) -> None:
    with file_locked(job.id):
        files.delete(job.service_id, job.id)
        Job.objects.filter(id=job.id).update(archived=True, updated_at=clock.now())


def remove_unused_uploads(now: datetime) -> int:
    """Delete files that were uploaded and of which no job was created; count them.

    Raises:
        ExceptionGroup: some files could not be deleted; all others are gone.
    """
    removed, errors = delete_each(_unused_uploads(now), lambda ids: files.delete(*ids))
    _require_none(errors)
    return len(removed)


def _unused_uploads(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    for service_id in Service.objects.values_list("id", flat=True).iterator():
        stored = files.list_ids(service_id)
        used = set(Job.objects.filter(id__in=stored).values_list("id", flat=True))
        for job_id in stored:
            if job_id not in used and files.stored_at(service_id, job_id) < now - UNUSED_FOR:
                yield service_id, job_id


def _require_none(errors: Sequence[Exception]) -> None:
    if errors:
        raise ExceptionGroup(f"the files of {len(errors)} jobs could not be removed", errors)
