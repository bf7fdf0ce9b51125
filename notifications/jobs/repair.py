"""Find jobs that nobody works on any more, and what is missing of them.

Everything is judged by the job's own rows: what waits in a queue may be lost, and what is queued
twice is stored once.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from notifications.jobs.holding import release
from notifications.jobs.missing import is_complete, ranges_with_missing_rows
from notifications.jobs.moves import Status, move
from notifications.jobs.process import HandOut, go_on, queue_of
from notifications.models import Job
from notify_project import clock

logger = logging.getLogger(__name__)

# A job whose rows had to be looked for so often has a reason that somebody must find.
ROUNDS_BEFORE_ALERT = 3


def take_stuck_jobs(now: datetime) -> list[UUID]:
    """Return the jobs that stopped half way, or never began; each to be resumed by a task."""
    late = now - timedelta(seconds=settings.JOB_REPAIR_AFTER_SECONDS)
    never_begun = Q(job_status=Status.PENDING) & (
        Q(scheduled_for=None, created_at__lt=late) | Q(scheduled_for__lt=late)
    )
    stopped = Q(job_status__in=[Status.IN_PROGRESS, Status.ERROR], heartbeat_at__lt=late)
    found = Job.objects.filter(never_begun | stopped).order_by("created_at", "id")
    return [job.id for job in found if _is_taken(job, now)]


def _is_taken(job: Job, now: datetime) -> bool:
    """Let nobody else repair a job for a while; say whether it was this call that did."""
    same = Job.objects.filter(id=job.id, job_status=job.job_status, heartbeat_at=job.heartbeat_at)
    if not same.update(heartbeat_at=now, repair_count=F("repair_count") + 1):
        return False
    if job.repair_count + 1 >= ROUNDS_BEFORE_ALERT:
        logger.error("rows of job %s were looked for %s times", job.id, job.repair_count + 1)
    else:
        logger.warning("rows of job %s are missing and are handed out again", job.id)
    status = Status(job.job_status)
    return status in {Status.ERROR, Status.FINISHED} or move(job.id, status, Status.ERROR)


def resume(job_id: UUID, hand_out: HandOut) -> None:
    """Hand out what is missing of a job that was found stuck, or is paused no more.

    Raises:
        FileMissing: its file is gone.
        redis.RedisError: not every range was queued; it is found stuck again.
    """
    now = clock.now()
    begun = {"processing_started": now, "heartbeat_at": now}
    if move(job_id, Status.ERROR, Status.IN_PROGRESS, **begun):
        # It may have been paused before.
        release(job_id)
        go_on(Job.objects.select_related("template").get(id=job_id), hand_out)


def hand_out_missing_rows(now: datetime, hand_out: HandOut) -> int:
    """Hand out rows of finished jobs that were handed out and are still missing; count the jobs.

    Raises:
        redis.RedisError: not every range was queued; the next round finds them.
    """
    late = now - timedelta(seconds=settings.JOB_REPAIR_AFTER_SECONDS)
    count = 0
    for job in _finished().filter(heartbeat_at__lt=late):
        ranges = list(ranges_with_missing_rows(job, settings.JOB_ROWS_OF_A_TASK))
        if ranges and _is_taken(job, now):
            hand_out(job, queue_of(job), ranges)
            count += 1
    return count


def complete_jobs() -> int:
    """Say of finished jobs that all their rows are there, where that is so; count them."""
    return sum(
        move(job.id, Status.FINISHED, Status.ALL_CREATED) for job in _finished() if is_complete(job)
    )


def _finished() -> QuerySet[Job]:
    jobs = Job.objects.select_related("template")
    return jobs.filter(job_status=Status.FINISHED, archived=False).order_by("created_at", "id")
