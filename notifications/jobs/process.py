"""Begin a job: judge it as a whole, then hand out its rows in ranges."""

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from django.conf import settings

from notifications.jobs import files
from notifications.jobs.missing import ranges_with_missing_rows
from notifications.jobs.moves import Status, move
from notifications.models import Job, Notification, NotificationHistory
from notify_project import clock
from notify_project.constants import Queue
from services.job_limits import reserve
from services.read_models import ServiceModel, find_service

logger = logging.getLogger(__name__)

Range = tuple[int, int]
# Queues the tasks that store some ranges of a job.
HandOut = Callable[[Job, Queue, Iterable[Range]], None]


def process(job_id: UUID, hand_out: HandOut) -> None:
    """Begin a job that nobody has begun.

    Raises:
        FileMissing: its file is gone.
        redis.RedisError: not every range was queued; what is missing is found later.
    """
    now = clock.now()
    begun = {"processing_started": now, "heartbeat_at": now}
    if move(job_id, Status.PENDING, Status.IN_PROGRESS, **begun):
        go_on(Job.objects.get(id=job_id), hand_out)


def go_on(job: Job, hand_out: HandOut) -> None:
    """Hand out what is missing of a job in progress; one without any row is judged first.

    Raises:
        FileMissing: its file is gone.
        redis.RedisError: not every range was queued; what is missing is found later.
    """
    service = find_service(job.service_id)
    if service is None:
        raise RuntimeError(f"job {job.id} belongs to no service")
    if not _has_rows(job) and not _may_begin(job, service):
        return
    hand_out(job, queue_of(job), ranges_with_missing_rows(job, settings.JOB_ROWS_OF_A_TASK))
    move(job.id, Status.IN_PROGRESS, Status.FINISHED, processing_finished=clock.now())


def _has_rows(job: Job) -> bool:
    return (
        Notification.objects.filter(job=job).exists()
        or NotificationHistory.objects.filter(job_id=job.id).exists()
    )


def _may_begin(job: Job, service: ServiceModel) -> bool:
    """Say whether a job may be sent; if not, end it."""
    if not service.active:
        move(job.id, Status.IN_PROGRESS, Status.CANCELLED, processing_finished=clock.now())
        logger.warning("job %s is cancelled: its service is not active", job.id)
        return False
    metadata = files.read_metadata(job.service_id, job.id)
    if reserve(
        service,
        job.id,
        job.template.template_type,
        rows=job.notification_count,
        international=metadata.international_count,
    ):
        return True
    move(job.id, Status.IN_PROGRESS, Status.LIMITS_EXCEEDED, processing_finished=clock.now())
    logger.warning("job %s is not sent: it would pass a daily limit", job.id)
    return False


def queue_of(job: Job) -> Queue:
    """Return where the ranges of a job wait: those of large jobs behind all others."""
    service = find_service(job.service_id)
    if service is not None and service.research_mode:
        return Queue.RESEARCH_MODE
    is_small = job.notification_count <= settings.JOB_ROWS_OF_A_TASK
    return Queue.JOBS if is_small else Queue.JOB_ROWS
