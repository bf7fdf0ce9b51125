"""Say what must be mended in a file of recipients before it can be sent."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.management.findings import (
    Findings,
    find_sending,
    print_findings,
    require_other_file,
)
from notifications.spreadsheets.check import Checked, check
from notifications.spreadsheets.convert import to_csv_text
from notifications.spreadsheets.example import example_file
from notifications.spreadsheets.outcome import Circumstances, Refusal, find_refusal
from notifications.spreadsheets.refusals import FileRefused
from notifications.spreadsheets.report import Entry
from notifications.spreadsheets.rows import lines_of
from services.read_models import ServiceModel
from templates_app.read_models import TemplateModel

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
        template, service = find_sending(options["template"], options["service"])
        if options["example"]:
            if options["json"] or options["report"]:
                raise CommandError("--json and --report are of a check, not of an example")
            self.stdout.write(example_file(template))
            return
        path: Path = options["file"]
        try:
            require_other_file(path, options["report"])
            with path.open("rb") as stream:
                if path.stat().st_size > _LARGE_BYTES:
                    self.stderr.write(f"Reading {path}")
                csv_text = to_csv_text(stream, path.name)
            findings = Findings(self.stderr, keep_all=options["json"])
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
            print_findings(self.stdout, checked, refusal, findings)
        if refusal is not None:
            raise CommandError(f"{path} cannot be sent as it is")


def _check(
    csv_text: bytes, template: TemplateModel, service: ServiceModel, findings: Findings
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
        findings.see_refusal(refusal)
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
