"""List jobs, show one, cancel it before it starts, cancel its letters, pause it, let it go on."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from notifications.jobs.cancel_letters import cancel_letter_job
from notifications.jobs.control import cancel_job, pause_job, resume_job
from notifications.jobs.progress import progress_of
from notifications.models import Job
from notify_project.api.errors import ApiError
from notify_project.clock import LONDON
from services.management.arguments import read_service

LISTED = 50


class Command(BaseCommand):
    """Do something to one job and say how it stands."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Lists the newest jobs; shows how far one has come; cancels one that waits for its time; "
        "cancels all letters of one before they are printed; "
        "pauses one, so that no further message of it goes out, and resumes it. What a paused job "
        "holds back still ends 72 hours after it was stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "action", choices=["list", "show", "cancel", "cancel-letters", "pause", "resume"]
        )
        parser.add_argument(
            "job",
            metavar="UUID",
            type=UUID,
            nargs="?",
            help="the job; with list, only jobs older than this one",
        )
        parser.add_argument("--service", metavar="UUID", help="list the jobs of this service alone")
        parser.add_argument(
            "--reason",
            default="",
            help="why it is cancelled, paused or resumed: kept with the audit",
        )

    def handle(self, *args: Any, action: str, job: UUID | None, **options: Any) -> None:
        """Run the command."""
        del args
        if options["service"] and action != "list":
            raise CommandError("--service belongs to list")
        if action == "list":
            self._list(job, options["service"])
        elif job is None:
            raise CommandError(f"{action} needs the id of a job; control_job list shows them")
        else:
            self._steer(action, _find(job), options["reason"])

    def _list(self, older_than: UUID | None, service: str | None) -> None:
        jobs = Job.objects.listed().select_related("service").order_by("-created_at", "-id")
        if service is not None:
            jobs = jobs.filter(service=read_service(service))
        if older_than is not None:
            last = _find(older_than)
            earlier = Q(created_at=last.created_at, id__lt=last.id)
            jobs = jobs.filter(Q(created_at__lt=last.created_at) | earlier)
        shown = list(jobs[: LISTED + 1])
        for job in shown[:LISTED]:
            self.stdout.write(_line(job))
        if not shown:
            self.stdout.write(
                "There are no jobs" if older_than is None else "There are no more jobs"
            )
        if len(shown) > LISTED:
            self.stdout.write(f"Older ones: control_job list {shown[LISTED - 1].id}")

    def _steer(self, action: str, job: Job, reason: str) -> None:
        try:
            self._do(action, job, reason)
        except ApiError as error:
            raise CommandError(error.message) from error
        if action == "resume":
            self.stdout.write("The job goes on")
            return
        progress = progress_of(job.id)
        self.stdout.write(f"{progress.status}, {progress.stored:,} of {progress.total:,} stored")
        for status, count in sorted(progress.counts.items()):
            self.stdout.write(f"  {status}: {count:,}")

    def _do(self, action: str, job: Job, reason: str) -> None:
        if action == "cancel":
            cancel_job(job.service_id, job.id, reason=reason)
        elif action == "cancel-letters":
            cancelled = cancel_letter_job(job.service_id, job.id, reason=reason)
            self.stdout.write(f"{cancelled:,} letters are cancelled")
        elif action == "resume":
            resume_job(job.service_id, job.id, reason=reason)
        elif action == "pause":
            held = pause_job(job.service_id, job.id, reason=reason)
            self.stdout.write(f"{held:,} messages are held back")


def _find(job_id: UUID) -> Job:
    job = Job.objects.filter(id=job_id).first()
    if job is None:
        raise CommandError(f"there is no job {job_id}")
    return job


def _line(job: Job) -> str:
    """Return what tells a job from others; one that waits is shown with its time."""
    at = job.scheduled_for if job.job_status == Job.Status.SCHEDULED else None
    word = f"scheduled for {at.astimezone(LONDON):%d %b %H:%M}" if at else job.job_status
    made = f"{job.created_at.astimezone(LONDON):%Y-%m-%d %H:%M}"
    name = "".join(each if each.isprintable() else "?" for each in job.original_file_name)
    return f"{job.id}  {made}  {word}, {job.notification_count:,} rows  {job.service.name}: {name}"
