"""Show a job, cancel it before it starts, pause it, or let it go on."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.jobs.control import cancel_job, pause_job, resume_job
from notifications.jobs.progress import progress_of
from notifications.models import Job
from notify_project.api.errors import ApiError


class Command(BaseCommand):
    """Do something to one job and say how it stands."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Shows how far a job has come; cancels one that waits for its time; pauses one, so that "
        "no further message of it goes out, and resumes it. What a paused job holds back still "
        "ends 72 hours after it was stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("action", choices=["show", "cancel", "pause", "resume"])
        parser.add_argument("job", metavar="UUID", type=UUID)

    def handle(self, *args: Any, action: str, job: UUID, **options: Any) -> None:
        """Run the command."""
        del args, options
        service_id = Job.objects.filter(id=job).values_list("service_id", flat=True).first()
        if service_id is None:
            raise CommandError(f"there is no job {job}")
        try:
            self._do(action, service_id, job)
        except ApiError as error:
            said = "it has started or ended already" if error.status_code == 404 else error.message
            raise CommandError(said) from error
        if action == "resume":
            self.stdout.write("The job goes on")
            return
        progress = progress_of(job)
        self.stdout.write(f"{progress.status}, {progress.stored:,} of {progress.total:,} stored")
        for status, count in sorted(progress.counts.items()):
            self.stdout.write(f"  {status}: {count:,}")

    def _do(self, action: str, service_id: UUID, job_id: UUID) -> None:
        if action == "cancel":
            cancel_job(service_id, job_id)
        elif action == "resume":
            resume_job(service_id, job_id)
        elif action == "pause":
            self.stdout.write(f"{pause_job(service_id, job_id):,} messages are held back")
