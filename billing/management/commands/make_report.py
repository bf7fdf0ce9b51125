"""Write a report as CSV: what the pages of reports offer, for a shell."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.report_requests import require_valid, write
from notifications.models import ReportRequest
from notify_project import audit
from notify_project.api.errors import ApiError
from services.management.arguments import read_past_day, read_service


class Command(BaseCommand):
    """Write a report to a file or to the standard output."""

    help = "Writes a report of London days as CSV: ids and figures, and nobody's address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("kind", choices=ReportRequest.Kind.values)
        parser.add_argument("--from", dest="first", metavar="YYYY-MM-DD", required=True)
        parser.add_argument("--to", dest="last", metavar="YYYY-MM-DD", required=True)
        parser.add_argument("--service", metavar="UUID", help="only this service")
        parser.add_argument("--output", metavar="FILE", help="instead of the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        service = read_service(options["service"]) if options["service"] else None
        report = ReportRequest(
            kind=options["kind"],
            first_day=read_past_day(options["first"]),
            last_day=read_past_day(options["last"]),
            service=service,
        )
        try:
            require_valid(report)
        except ApiError as error:
            raise CommandError(error.message) from error
        rows = self._write(report, options["output"])
        audit.record(
            "make a report",
            audit.Report(report.kind),
            actor=None,
            service_id=service.pk if service else None,
            after={"first": str(report.first_day), "last": str(report.last_day)},
        )
        self.stderr.write(f"{rows} rows")

    def _write(self, report: ReportRequest, output: str | None) -> int:
        if output is None:
            return write(report, sys.stdout.buffer)
        try:
            with Path(output).open("xb") as file:
                return write(report, file)
        except FileExistsError as error:
            raise CommandError(f"{output} is there already") from error
