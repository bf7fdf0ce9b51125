"""What commands say about files of recipients, and how they find what is sent."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.core.management.base import CommandError, OutputWrapper

from notifications.spreadsheets.check import ROWS_SHOWN, Checked
from notifications.spreadsheets.columns import Columns
from notifications.spreadsheets.outcome import Refusal
from notifications.spreadsheets.report import Entry, Report, entries_of_names, entries_of_row
from notifications.spreadsheets.rows import Row
from services.read_models import ServiceModel, find_service
from templates_app.models import Template
from templates_app.read_models import TemplateModel, find_template

_SECONDS_BETWEEN_SIGNS = 2


class Findings:
    """What is wrong, as it is found: all of it, or what fits a screen."""

    def __init__(self, progress: OutputWrapper, *, keep_all: bool = False) -> None:
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
            self._add(list(entries_of_row(row, columns)))
        now = time.monotonic()
        if now - self._told_at > _SECONDS_BETWEEN_SIGNS:
            self._told_at = now
            self._progress.write(f"{row.number + 1:,} rows so far")

    def see_refusal(self, refusal: Refusal | None) -> None:
        """Note what is wrong with the names of columns."""
        if refusal is not None:
            self._add(list(entries_of_names(refusal)))

    def _add(self, entries: list[Entry]) -> None:
        self.count += len(entries)
        if self._keep_all or len(self.entries) < ROWS_SHOWN:
            self.entries += entries
        if self._report is not None:
            self._report.add(entries)


def print_findings(
    out: OutputWrapper, checked: Checked, refusal: Refusal | None, findings: Findings
) -> None:
    """Say whether a file can be sent, and what must be mended."""
    rows = "row" if checked.row_count == 1 else "rows"
    out.write(f"{checked.row_count:,} {rows}, {checked.wrong_row_count:,} to mend")
    out.write(refusal.heading if refusal else "These messages can be sent")
    for detail in refusal.details if refusal else ():
        out.write(f"  {detail}")
    if not checked.columns.are_usable:
        return
    for entry in findings.entries:
        place = f"row {entry.row}, {entry.column}" if entry.column else f"row {entry.row}"
        value = f" ‘{entry.value}’" if entry.value else ""
        out.write(f"{place}{value}: {entry.what_to_do}")
    if left := findings.count - len(findings.entries):
        out.write(f"… and {left:,} more, which --report writes to a file")


def find_sending(template_id: UUID, service_id: UUID | None) -> tuple[TemplateModel, ServiceModel]:
    """Return the template and the service that would send it.

    Raises:
        CommandError: there is no such template of the service, or it cannot be sent any more.
    """
    owner = Template.objects.filter(id=template_id).values_list("service_id", flat=True).first()
    if owner is None or service_id not in {None, owner}:
        raise CommandError(f"there is no template {template_id}")
    template, service = find_template(owner, template_id), find_service(owner)
    if template is None or service is None or template.archived or template.hidden:
        raise CommandError(f"template {template_id} cannot be sent any more")
    return template, service


def require_other_file(path: Path, report: Path | None) -> None:
    """Refuse a report in place of the file it is about, whatever links lead there.

    Raises:
        CommandError: they are one file.
    """
    if report is not None and report.exists() and report.samefile(path):
        raise CommandError(f"{report} is the file of recipients: write the report elsewhere")
