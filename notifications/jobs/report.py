"""What became of each row of a job, as CSV, read and written a few rows at a time."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from notifications.jobs.words import message_in_words
from notifications.models import Job, Notification
from notifications.spreadsheets.cells import harmless
from notify_project.clock import LONDON
from templates_app.models import TemplateRedacted
from templates_app.read_models import find_version
from templates_app.rendering.placeholders import key_of

# Row 1 has the names of the columns. Source: the API contract, rows.
FIRST_ROW_SHOWN: Final = 2
ROWS_OF_A_READ: Final = 500
HEADINGS: Final = (
    "row",
    "recipient",
    "reference",
    "status",
    "reason",
    "stored (London time)",
    "sent (London time)",
    "completed (London time)",
)
_COLUMNS: Final = (
    *("id", "job_row_number", "to", "client_reference", "status", "failure_reason"),
    *("created_at", "sent_at", "updated_at", "notification_type"),
)
# Excel takes a file for UTF-8 if it begins with a byte-order mark.
_MARK: Final = "\ufeff"


class _Line:
    """Keeps the line that was written last."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def report_of(job: Job) -> Iterator[str]:
    """Yield the lines of a report: a line for each row that is stored and not deleted yet.

    What was filled in follows, unless the template hides it from people.
    """
    names = _names(job)
    line = _Line()
    writer = csv.writer(line)
    writer.writerow([*HEADINGS, *map(harmless, names)])
    yield _MARK + line.text
    for row in _rows(job, with_values=bool(names)):
        writer.writerow([*_cells(row), *_values(row, names)])
        yield line.text


def _names(job: Job) -> tuple[str, ...]:
    template = find_version(job.template_id, job.template_version)
    is_redacted = TemplateRedacted.objects.filter(
        template=job.template_id, redact_personalisation=True
    ).exists()
    return () if template is None or is_redacted else template.names


def _rows(job: Job, *, with_values: bool) -> Iterator[Notification]:
    columns = (*_COLUMNS, "personalisation") if with_values else _COLUMNS
    rows = Notification.objects.filter(job=job).only(*columns).order_by("job_row_number")
    last = -1
    while batch := list(rows.filter(job_row_number__gt=last)[:ROWS_OF_A_READ]):
        yield from batch
        last = batch[-1].job_row_number or 0


def _cells(row: Notification) -> list[str | int]:
    return [
        (row.job_row_number or 0) + FIRST_ROW_SHOWN,
        harmless(", ".join(row.to.splitlines())),
        harmless(row.client_reference or ""),
        message_in_words(row.status, row.notification_type),
        harmless(row.failure_reason or ""),
        _time(row.created_at),
        _time(row.sent_at),
        _time(row.completed_at),
    ]


def _values(row: Notification, names: tuple[str, ...]) -> list[str]:
    if not names:
        return []
    values = {key_of(name): value for name, value in (row.personalisation or {}).items()}
    return [harmless(_text(values.get(key_of(name)))) for name in names]


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value if each is not None)
    return "" if value is None else str(value)


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(LONDON):%Y-%m-%d %H:%M:%S}"
