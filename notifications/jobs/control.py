"""What people can do to a job: cancel it before it starts, pause it, let it go on."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from notifications.jobs.holding import hold
from notifications.jobs.moves import Status, move
from notifications.jobs.tasks import queue_resumption
from notifications.models import Job, Notification
from notify_project import audit, clock
from notify_project.api.errors import BadRequest, NoResultFound
from services.models import User

PAUSABLE = (
    Status.PENDING,
    Status.IN_PROGRESS,
    Status.ERROR,
    Status.FINISHED,
    Status.ALL_CREATED,
)


def cancel_job(
    service_id: UUID, job_id: UUID, *, actor: User | None = None, reason: str = ""
) -> None:
    """Cancel a scheduled job. It and the start of the job cannot both win.

    Args:
        service_id: whose job.
        job_id: of the job.
        actor: who asks for it; None is a program or a command.
        reason: why, for the audit.

    Raises:
        NoResultFound: the service has no such job, or it has started.
    """
    job = _require_job(service_id, job_id)
    if not _move(job, [Status.SCHEDULED], Status.CANCELLED, actor=actor, reason=reason):
        raise NoResultFound("The job has started or ended already")


def pause_job(
    service_id: UUID, job_id: UUID, *, actor: User | None = None, reason: str = ""
) -> int:
    """Let no further row of a job go out, and return how many that are stored are held back.

    What a worker has taken already goes out. What is held back still ends after 72 hours. May be
    repeated, should it have been interrupted.

    Args:
        service_id: whose job.
        job_id: of the job.
        actor: who asks for it; None is a program or a command.
        reason: why, for the audit.

    Raises:
        NoResultFound: the service has no such job.
        BadRequest: it has not started, has ended without being sent, or nothing of it waits.
    """
    job = _require_job(service_id, job_id)
    if job.job_status == Status.ALL_CREATED and not _has_waiting_rows(job_id):
        raise BadRequest("All messages of this job have gone out")
    is_paused = job.job_status == Status.PAUSED
    # Waits for the statement that stores rows; what it stored is held back, too.
    if not is_paused and not _move(job, PAUSABLE, Status.PAUSED, actor=actor, reason=reason):
        raise BadRequest(f"A job that is {job.job_status} cannot be paused")
    return hold(job_id)


def resume_job(
    service_id: UUID, job_id: UUID, *, actor: User | None = None, reason: str = ""
) -> None:
    """Let a paused job go on: a task lets go what is held back, then stores what is missing.

    Args:
        service_id: whose job.
        job_id: of the job.
        actor: who asks for it; None is a program or a command.
        reason: why, for the audit.

    Raises:
        NoResultFound: the service has no such job.
        BadRequest: it is not paused, or its file is not kept any more.
    """
    job = _require_job(service_id, job_id)
    if job.archived:
        raise BadRequest("The file of this job is not kept any more")
    if not _move(job, [Status.PAUSED], Status.ERROR, actor=actor, reason=reason):
        raise BadRequest(f"A job that is {job.job_status} cannot be resumed")
    queue_resumption(job_id)


_WORDS = {
    Status.CANCELLED: "cancel job",
    Status.PAUSED: "pause job",
    Status.ERROR: "resume job",
}


def _move(
    job: Job, sources: Iterable[Status], to: Status, *, actor: User | None, reason: str
) -> bool:
    """Move a job on from the first status that it stands in, and say so in the audit."""
    # It goes on from here: nobody has to look for it for a while.
    columns = {"heartbeat_at": clock.now()} if to == Status.ERROR else {}
    with transaction.atomic():
        source = next((each for each in sources if move(job.id, each, to, **columns)), None)
        if source is not None:
            audit.record(
                _WORDS[to],
                job,
                actor=actor,
                service_id=job.service_id,
                before={"job_status": source.value},
                after={"job_status": to.value},
                reason=reason,
            )
    return source is not None


def _has_waiting_rows(job_id: UUID) -> bool:
    return Notification.objects.filter(job_id=job_id, status="created").exists()


def _require_job(service_id: UUID, job_id: UUID) -> Job:
    job = Job.objects.filter(id=job_id, service=service_id).first()
    if job is None:
        raise NoResultFound
    return job
