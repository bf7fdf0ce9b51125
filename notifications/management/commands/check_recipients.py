"""Say what must be mended in a file of recipients before it can be sent."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from notifications.spreadsheets.check import ROWS_SHOWN, Checked, check
from notifications.spreadsheets.columns import Columns
from notifications.spreadsheets.convert import to_csv_text
from notifications.spreadsheets.example import example_file
from notifications.spreadsheets.outcome import Circumstances, Refusal, find_refusal
from notifications.spreadsheets.refusals import FileRefused
from notifications.spreadsheets.report import Entry, Report, entries_of_names, entries_of_row
from notifications.spreadsheets.rows import Row, lines_of
from services.read_models import ServiceModel, find_service
from templates_app.models import Template
from templates_app.read_models import TemplateModel, find_template

_SECONDS_BETWEEN_SIGNS = 2
# Spreadsheets of this size take seconds to read.
_LARGE_BYTES = 500_000


class Command(BaseCommand):
    """Check a file against a template, and send nothing."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Checks a file of recipients (csv, tsv, xlsx, xlsm, xls, ods) against a template and "
        "prints what must be mended. The names of columns are row 1, also below blank rows; "
        "hidden rows are not counted. Sends and stores nothing; daily limits are not looked at. "
        "Prints personal data. Exits with 1 if the file cannot be sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        subject = parser.add_mutually_exclusive_group(required=True)
        subject.add_argument(
            "file", metavar="FILE", type=Path, nargs="?", help="the file of recipients"
        )
        subject.add_argument(
            "--example",
            action="store_true",
            help="print a CSV file with the columns the template needs, and check nothing",
        )
        parser.add_argument(
            "--template", metavar="UUID", type=UUID, required=True, help="what would be sent"
        )
        parser.add_argument(
            "--service", metavar="UUID", type=UUID, help="fail if the template is not this one's"
        )
        parser.add_argument("--json", action="store_true", help="print all there is as JSON")
        parser.add_argument(
            "--report",
            metavar="FILE.csv",
            type=Path,
            help="also write every row, column, value and what to do to a CSV file",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the command."""
        template, service = _sending(options["template"], options["service"])
        if options["example"]:
            if options["json"] or options["report"]:
                raise CommandError("--json and --report are of a check, not of an example")
            self.stdout.write(example_file(template))
            return
        path: Path = options["file"]
        try:
            _require_other_file(path, options["report"])
            with path.open("rb") as stream:
                if path.stat().st_size > _LARGE_BYTES:
                    self.stderr.write(f"Reading {path}")
                csv_text = to_csv_text(stream, path.name)
            findings = _Findings(self.stderr, keep_all=options["json"])
            with findings.writing_to(options["report"]):
                checked = _check(csv_text, template, service, findings)
        except OSError as error:
            raise CommandError(str(error)) from error
        except FileRefused as error:
            raise CommandError(f"{path}: {error.message}") from error
        refusal = find_refusal(checked, Circumstances(in_trial_mode=service.restricted))
        if options["json"]:
            self.stdout.write(_as_json(checked, refusal, findings.entries))
        else:
            self._print(checked, refusal, findings)
        if refusal is not None:
            raise CommandError(f"{path} cannot be sent as it is")

    def _print(self, checked: Checked, refusal: Refusal | None, findings: "_Findings") -> None:
        rows = "row" if checked.row_count == 1 else "rows"
        self.stdout.write(f"{checked.row_count:,} {rows}, {checked.wrong_row_count:,} to mend")
        self.stdout.write(refusal.heading if refusal else "These messages can be sent")
        for detail in refusal.details if refusal else ():
            self.stdout.write(f"  {detail}")
        if not checked.columns.are_usable:
            return
        for entry in findings.entries:
            place = f"row {entry.row}, {entry.column}" if entry.column else f"row {entry.row}"
            value = f" ‘{entry.value}’" if entry.value else ""
            self.stdout.write(f"{place}{value}: {entry.what_to_do}")
        if left := findings.count - len(findings.entries):
            self.stdout.write(f"… and {left:,} more, which --report writes to a file")


class _Findings:
    """What is wrong, as it is found: all of it, or what fits a screen."""

    def __init__(self, progress: OutputWrapper, *, keep_all: bool) -> None:
        self.entries: list[Entry] = []
        self.count = 0
        self._keep_all = keep_all
        self._report: Report | None = None
        self._progress = progress
        self._told_at = time.monotonic()

    @contextmanager
    def writing_to(self, path: Path | None) -> Iterator[None]:
        """Write what is found to a file, too, if there is one."""
        if path is None:
            yield
            return
        # Excel takes a file for UTF-8 if it begins with a byte-order mark.
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            self._report = Report(stream)
            yield

    def see(self, row: Row, columns: Columns) -> None:
        """Note what is wrong with a row; say from time to time how far the check has come."""
        if row.problems and columns.are_usable:
            self.add(list(entries_of_row(row, columns)))
        now = time.monotonic()
        if now - self._told_at > _SECONDS_BETWEEN_SIGNS:
            self._told_at = now
            self._progress.write(f"{row.number + 1:,} rows so far")

    def add(self, entries: list[Entry]) -> None:
        """Note what is wrong."""
        self.count += len(entries)
        if self._keep_all or len(self.entries) < ROWS_SHOWN:
            self.entries += entries
        if self._report is not None:
            self._report.add(entries)


def _sending(template_id: UUID, service_id: UUID | None) -> tuple[TemplateModel, ServiceModel]:
    """Return the template and the service that would send it."""
    owner = Template.objects.filter(id=template_id).values_list("service_id", flat=True).first()
    if owner is None or service_id not in {None, owner}:
        raise CommandError(f"there is no template {template_id}")
    template, service = find_template(owner, template_id), find_service(owner)
    if template is None or service is None or template.archived or template.hidden:
        raise CommandError(f"template {template_id} cannot be sent any more")
    return template, service


def _require_other_file(path: Path, report: Path | None) -> None:
    """Refuse a report in place of the file it is about, whatever links lead there."""
    if report is not None and report.exists() and report.samefile(path):
        raise CommandError(f"{report} is the file of recipients: write the report elsewhere")


def _check(
    csv_text: bytes, template: TemplateModel, service: ServiceModel, findings: _Findings
) -> Checked:
    is_allowed = service.recipients.__contains__ if service.restricted else None
    checked = check(
        lines_of(csv_text),
        template,
        service.permissions,
        is_allowed=is_allowed,
        see=findings.see,
    )
    if not checked.columns.are_usable:
        refusal = find_refusal(checked, Circumstances())
        findings.add(list(entries_of_names(refusal)) if refusal else [])
    return checked


def _as_json(checked: Checked, refusal: Refusal | None, entries: list[Entry]) -> str:
    return json.dumps(
        {
            "rows": checked.row_count,
            "rows_to_mend": checked.wrong_row_count,
            "refusal": asdict(refusal) if refusal else None,
            "entries": [entry._asdict() for entry in entries],
        },
        indent=2,
        ensure_ascii=False,
    )
