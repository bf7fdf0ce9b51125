"""Cancel all letters of a job before they are printed, or none of them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from notifications import lifecycle
from notifications.jobs.moves import Status, move
from notifications.letters.cancel import NOT_PRINTED, is_printing_begun
from notifications.models import Job
from notify_project import audit, clock
from notify_project.api.errors import BadRequest, NoResultFound
from notify_project.constants import NotificationType
from services import day_counters
from services.models import User

# Source: the API contract, jobs of letters that are cancelled as a whole.
NOT_LETTERS: Final = (
    "Only letter jobs can be cancelled through this endpoint. This is not a letter job."
)
STILL_PROCESSING: Final = "We are still processing these letters, please try again in 5 minutes."
TOO_LATE: Final = "It’s too late to cancel sending, these letters have already been sent."


def cancel_letter_job(
    service_id: UUID, job_id: UUID, *, actor: User | None = None, reason: str = ""
) -> int:
    """Cancel a job of letters once all of them are stored; return how many were cancelled.

    Letters of it that are not printed anyway stay as they are.

    Args:
        service_id: whose job.
        job_id: of the job.
        actor: who asks for it; None is a program or a command.
        reason: why, for the audit.

    Raises:
        NoResultFound: the service has no such job.
        BadRequest: it is not of letters, not all are stored, or one is or will be printed.
    """
    now = clock.now()
    with transaction.atomic():
        job = _locked(service_id, job_id)
        _require_stored(job)
        _require_in_time(job, now)
        move(job.id, Status.ALL_CREATED, Status.CANCELLED)
        cancelled, of_today = lifecycle.cancel_letters_of_job(
            job.id, now=now, counted_since=day_counters.midnight_of(now)
        )
        audit.record(
            "cancel letter job",
            job,
            actor=actor,
            service_id=service_id,
            before={"job_status": job.job_status},
            after={"job_status": Status.CANCELLED.value, "letters": cancelled},
            reason=reason,
        )
    if of_today:
        day_counters.give_back(service_id, NotificationType.LETTER, of_today, now)
    return cancelled


def _locked(service_id: UUID, job_id: UUID) -> Job:
    rows = Job.objects.select_for_update(of=("self",)).select_related("template")
    job = rows.filter(id=job_id, service=service_id).first()
    if job is None:
        raise NoResultFound
    return job


def _require_stored(job: Job) -> None:
    if job.template.template_type != NotificationType.LETTER:
        raise BadRequest(NOT_LETTERS)
    if job.job_status == Status.CANCELLED:
        raise BadRequest("These letters have already been cancelled")
    if job.job_status == Status.SCHEDULED:
        raise BadRequest("This job waits for its time: cancel it as any other job")
    if job.job_status != Status.ALL_CREATED:
        raise BadRequest(STILL_PROCESSING)


def _require_in_time(job: Job, now: datetime) -> None:
    """Lock the letters, and refuse if one of them is or will be printed."""
    found = lifecycle.look_at_letters_of_job(job.id, over=NOT_PRINTED, now=now)
    if found.further or found.oldest is None or is_printing_begun(found.oldest, now):
        raise BadRequest(TOO_LATE)
