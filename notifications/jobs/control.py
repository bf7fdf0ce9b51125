"""What people can do to a job: cancel it before it starts, pause it, let it go on."""

from uuid import UUID

from notifications.jobs.holding import hold
from notifications.jobs.moves import Status, move
from notifications.jobs.tasks import queue_resumption
from notifications.models import Job, Notification
from notify_project import clock
from notify_project.api.errors import BadRequest, NoResultFound

_PAUSABLE = (
    Status.PENDING,
    Status.IN_PROGRESS,
    Status.ERROR,
    Status.FINISHED,
    Status.ALL_CREATED,
)


def cancel_job(service_id: UUID, job_id: UUID) -> None:
    """Cancel a scheduled job. It and the start of the job cannot both win.

    Raises:
        NoResultFound: the service has no such job, or it has started.
    """
    _require_job(service_id, job_id)
    if not move(job_id, Status.SCHEDULED, Status.CANCELLED):
        raise NoResultFound


def pause_job(service_id: UUID, job_id: UUID) -> int:
    """Let no further row of a job go out, and return how many that are stored are held back.

    What a worker has taken already goes out. What is held back still ends after 72 hours. May be
    repeated, should it have been interrupted.

    Raises:
        NoResultFound: the service has no such job.
        BadRequest: it has not started, has ended without being sent, or nothing of it waits.
    """
    job = _require_job(service_id, job_id)
    if job.job_status == Status.ALL_CREATED and not _has_waiting_rows(job_id):
        raise BadRequest("All messages of this job have gone out")
    is_paused = job.job_status == Status.PAUSED
    # Waits for the statement that stores rows; what it stored is held back, too.
    if not is_paused and not any(move(job_id, status, Status.PAUSED) for status in _PAUSABLE):
        raise BadRequest(f"A job that is {job.job_status} cannot be paused")
    return hold(job_id)


def resume_job(service_id: UUID, job_id: UUID) -> None:
    """Let a paused job go on: a task lets go what is held back, then stores what is missing.

    Raises:
        NoResultFound: the service has no such job.
        BadRequest: it is not paused, or its file is not kept any more.
    """
    job = _require_job(service_id, job_id)
    if job.archived:
        raise BadRequest("The file of this job is not kept any more")
    if not move(job_id, Status.PAUSED, Status.ERROR, heartbeat_at=clock.now()):
        raise BadRequest(f"A job that is {job.job_status} cannot be resumed")
    queue_resumption(job_id)


def _has_waiting_rows(job_id: UUID) -> bool:
    return Notification.objects.filter(job_id=job_id, status="created").exists()


def _require_job(service_id: UUID, job_id: UUID) -> Job:
    job = Job.objects.filter(id=job_id, service=service_id).first()
    if job is None:
        raise NoResultFound
    return job
