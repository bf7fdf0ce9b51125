"""Send a file of recipients: check it, create its job, and watch its rows being stored."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.jobs import files
from notifications.jobs.create import create_job, require_soon
from notifications.jobs.estimate import Estimate
from notifications.jobs.progress import Progress, progress_of
from notifications.jobs.upload import Upload, upload
from notifications.management.findings import (
    Findings,
    find_sending,
    print_findings,
    require_other_file,
)
from notifications.models import Job
from notifications.spreadsheets.refusals import FileRefused
from notify_project.api.errors import ApiError
from notify_project.clock import LONDON
from services.read_models import ServiceModel
from templates_app.read_models import TemplateModel

POLL_SECONDS = 1.0
# Where a line cannot be written over, one is written now and then.
SECONDS_BETWEEN_LINES = 5
SECONDS_BEFORE_HINT = 15
WIDTH = 30
INTERRUPTED = 130


class Command(BaseCommand):
    """Send a template to every row of a file."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Checks a file of recipients (csv, tsv, xlsx, xlsm, xls, ods) against a template and the "
        "limits of its service; if every row can be sent, sends them all and shows how many are "
        "stored. Otherwise prints what must be mended, with personal data, and sends nothing. "
        "Exits with 0 if the job was created and was not refused later, with 1 otherwise. "
        "Interrupted, it exits with 130, and the job goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", metavar="FILE", type=Path, help="the file of recipients")
        parser.add_argument(
            "--template", metavar="UUID", type=UUID, required=True, help="what is sent"
        )
        parser.add_argument(
            "--service", metavar="UUID", type=UUID, help="fail if the template is not this one's"
        )
        parser.add_argument(
            "--sender", metavar="UUID", type=UUID, help="sender of texts, or reply-to address"
        )
        parser.add_argument(
            "--at",
            metavar="TIME",
            type=_time,
            help="send later, at most 7 days ahead: 2026-12-01T09:30, in London unless it names "
            "its zone",
        )
        parser.add_argument(
            "--report", metavar="FILE.csv", type=Path, help="write all that must be mended there"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument("--no-wait", action="store_true", help="do not watch the job")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the command."""
        template, service = find_sending(options["template"], options["service"])
        _require_time(options["at"])
        uploaded = self._upload(template, service, options)
        if uploaded.refusal is not None:
            raise CommandError(f"{options['file']} is not sent: nothing was stored")
        if options["dry_run"]:
            return
        try:
            job = create_job(service.id, uploaded.job_id, scheduled_for=options["at"])
        except ApiError as error:
            files.delete(service.id, uploaded.job_id)
            raise CommandError(error.message) from error
        self.stdout.write(f"Job {job.id} is created")
        if job.scheduled_for:
            self.stdout.write(
                f"It starts at {job.scheduled_for.astimezone(LONDON):%A %d %B %H:%M} in London; "
                f"until then: control_job cancel {job.id}"
            )
        elif not options["no_wait"]:
            self._watch(job)

    def _upload(
        self, template: TemplateModel, service: ServiceModel, options: dict[str, Any]
    ) -> Upload:
        path: Path = options["file"]
        findings = Findings(self.stderr)
        try:
            require_other_file(path, options["report"])
            with path.open("rb") as stream, findings.writing_to(options["report"]):
                uploaded = upload(
                    stream,
                    path.name,
                    template,
                    service,
                    sender_id=options["sender"],
                    see=findings.see,
                    keep=not options["dry_run"],
                )
                if not uploaded.checked.columns.are_usable:
                    findings.see_refusal(uploaded.refusal)
        except OSError as error:
            raise CommandError(str(error)) from error
        except FileRefused as error:
            raise CommandError(f"{path}: {error.message}") from error
        except ApiError as error:
            raise CommandError(error.message) from error
        print_findings(self.stdout, uploaded.checked, uploaded.refusal, findings)
        if uploaded.refusal is None and uploaded.estimate is not None:
            self.stdout.write(_in_words(uploaded.estimate))
        return uploaded

    def _watch(self, job: Job) -> None:
        try:
            progress = self._await_rows(job.id)
        except KeyboardInterrupt:
            raise CommandError(
                f"\nThe job goes on; see control_job show {job.id}", returncode=INTERRUPTED
            ) from None
        if progress.is_refused:
            raise CommandError(f"The job ended without being sent: {progress.status}")
        if not progress.is_stored:
            self.stdout.write(f"The job is {progress.status}; see control_job show {job.id}")
            return
        unsendable = f", {progress.unsendable:,} cannot be sent" if progress.unsendable else ""
        self.stdout.write(
            f"All {progress.total:,} messages are stored{unsendable}, "
            f"{progress.handed_over:,} handed over so far"
        )

    def _await_rows(self, job_id: UUID) -> Progress:
        """Show how many rows are stored until all are, or the job is stopped."""
        line = _Line(self.stderr)
        moved_at, stored, has_hinted = time.monotonic(), 0, False
        while True:
            progress = progress_of(job_id)
            line.show(progress)
            if progress.is_stored or progress.is_refused or progress.status == Job.Status.PAUSED:
                line.end()
                return progress
            if progress.stored > stored:
                moved_at, stored = time.monotonic(), progress.stored
            elif not has_hinted and time.monotonic() - moved_at > SECONDS_BEFORE_HINT:
                has_hinted = True
                line.end()
                self.stderr.write("No row was stored for a while: does the pool jobs run?")
            time.sleep(POLL_SECONDS)


class _Line:
    """A bar that is written over, or a line now and then where that cannot be."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._shown_at = float("-inf")

    def show(self, progress: Progress) -> None:
        """Show how far the job has come."""
        text = (
            f"{progress.stored:,} of {progress.total:,} stored, "
            f"{progress.handed_over:,} handed over"
        )
        if self._is_terminal:
            done = WIDTH * min(progress.stored, progress.total) // progress.total
            self._stream.write(f"\r[{'#' * done}{'.' * (WIDTH - done)}] {text} ", ending="")
            self._stream.flush()
        elif time.monotonic() - self._shown_at > SECONDS_BETWEEN_LINES:
            self._shown_at = time.monotonic()
            self._stream.write(text)

    def end(self) -> None:
        """Let what follows begin on a line of its own."""
        if self._is_terminal:
            self._stream.write("")


def _in_words(estimate: Estimate) -> str:
    """Say what the messages would cost."""
    if estimate.fragments is not None:
        used, left = estimate.free_allowance_used, estimate.free_allowance_left
        price = f"{estimate.fragments:,} fragments, £{estimate.pounds:,.2f}"
        return f"{price}; {used:,} of {left:,} free ones are used"
    least = " or more: the sheets of each letter are not known yet" if estimate.is_least else ""
    return f"£{estimate.pounds:,.2f}{least}"


def _require_time(at: datetime | None) -> None:
    """Refuse a time at once, not when thousands of rows have been checked."""
    try:
        if at is not None:
            require_soon(at)
    except ApiError as error:
        raise CommandError(error.message) from error


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no time such as 2026-12-01T09:30") from error
    return at if at.tzinfo else at.replace(tzinfo=LONDON)
