"""What workers run for jobs. Their arguments are ids and numbers of rows, nothing of a message."""

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from redis import RedisError

from notifications.jobs import process as processing
from notifications.jobs import repair, retention, rows, scheduled
from notifications.models import Job
from notify_project import clock
from notify_project.constants import NotificationType, Queue
from notify_project.queues import enqueue, enqueue_with
from notify_project.redis_connection import redis_connection

logger = logging.getLogger(__name__)


def process_job(job_id: str) -> None:
    """Begin a job."""
    processing.process(UUID(job_id), _hand_out)


def resume_job(job_id: str) -> None:
    """Go on with a job that stopped half way."""
    repair.resume(UUID(job_id), _hand_out)


def persist_rows(job_id: str, first: str, last: str) -> None:
    """Store a range of a job's rows.

    Args:
        job_id: of the job.
        first: number of a row, from 0.
        last: likewise; it belongs to the range.
    """
    stored = rows.persist_range(UUID(job_id), int(first), int(last))
    logger.info("job %s: stored %s rows from %s to %s", job_id, stored, first, last)


def run_scheduled_jobs() -> None:
    """Queue the jobs whose time has come."""
    _queue_each(process_job, scheduled.take_due_jobs(clock.now()))


def check_job_status() -> None:
    """Queue the jobs that stopped half way."""
    _queue_each(resume_job, repair.take_stuck_jobs(clock.now()))


def check_for_missing_rows_in_completed_jobs() -> None:
    """Hand out again what was lost on the way."""
    repair.hand_out_missing_rows(clock.now(), _hand_out)


def update_status_of_fully_processed_jobs() -> None:
    """Say of which jobs every row is stored."""
    if count := repair.complete_jobs():
        logger.info("all rows of %s jobs are stored", count)


def remove_sms_email_jobs() -> None:
    """Delete the files of jobs of texts and emails whose time is over, and unused uploads."""
    try:
        _remove(NotificationType.SMS, NotificationType.EMAIL)
    finally:
        unused = retention.remove_unused_uploads(clock.now())
        logger.info("deleted %s files of which no job was created", unused)


def remove_letter_jobs() -> None:
    """Delete the files of jobs of letters whose time is over."""
    _remove(NotificationType.LETTER)


def queue_job(job_id: UUID) -> None:
    """Queue the beginning of a job; without Redis the schedule finds it."""
    _queue_each(process_job, [job_id])


def queue_resumption(job_id: UUID) -> None:
    """Queue the going on of a job; without Redis the schedule finds it."""
    _queue_each(resume_job, [job_id])


def _queue_each(task: Callable[[str], None], ids: Iterable[UUID]) -> None:
    for job_id in ids:
        _queue(task, str(job_id))


def _queue(task: Callable[[str], None], job_id: str) -> None:
    try:
        enqueue(task, job_id, queue=Queue.JOBS)
    except (RedisError, OSError):
        logger.warning("job %s could not be queued; the schedule finds it", job_id)


def _hand_out(job: Job, queue: Queue, ranges: Iterable[processing.Range]) -> None:
    with redis_connection().pipeline() as pipeline:
        for first, last in ranges:
            enqueue_with(pipeline, persist_rows, str(job.id), str(first), str(last), queue=queue)
        pipeline.execute()


def _remove(*types: NotificationType) -> None:
    removed = retention.remove_files_of_jobs(clock.london_today(), types)
    logger.info("deleted the files of %s jobs", removed)
