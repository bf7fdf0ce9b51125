"""Reports in files: asked for, made in the background, kept for three days."""

import csv
import io
import logging
import tempfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import IO, Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from billing.models import FactBilling
from billing.report_messages import narrowed_to
from billing.report_rows import rows_of
from billing.reports import InvalidPeriod
from notifications.models import ReportRequest
from notifications.spreadsheets.cells import harmless
from notify_project import audit, clock, storage
from notify_project.api.errors import ApiError
from notify_project.clock import financial_year
from notify_project.storage import Area
from services.models import Service, User

logger = logging.getLogger(__name__)
Kind, State = ReportRequest.Kind, ReportRequest.State

KEPT: Final = timedelta(days=3)
# Longer than its queue lets a task run: what has not ended by then never will.
LOST_AFTER: Final = timedelta(minutes=30)
MOST_RESTARTS: Final = 2
MAX_DAYS: Final = 366
# A month of a large service has millions of messages.
MAX_DAYS_OF_MESSAGES: Final = 31
NEEDS_SERVICE: Final = frozenset({Kind.MESSAGES})
TELL_EVERY: Final = 5000
# Excel takes a file for UTF-8 if it begins with a byte-order mark.
_MARK: Final = "\ufeff"


class InvalidReport(ApiError):
    """A report that cannot be made."""


def ask_for(
    kind: str,
    first: date,
    last: date,
    *,
    service: Service | None = None,
    fact: FactBilling | None = None,
    actor: User | None,
) -> ReportRequest:
    """Store the wish for a report; whoever calls queues the task that makes it.

    Args:
        kind: what it tells.
        first: the first London day.
        last: the last.
        service: whose; all services unless given.
        fact: the row of usage by day whose messages are wanted.
        actor: who asks.

    Raises:
        InvalidReport: the kind is unknown, the days are too many, or none that have begun, or a
            service is needed.
        InvalidPeriod: bills of days of two financial years.
    """
    report = ReportRequest(
        kind=kind,
        first_day=first,
        last_day=last,
        service=service,
        narrowed=narrowed_to(fact) if fact else {},
        created_by=actor,
    )
    require_valid(report)
    require_of(fact, kind=kind, first_day=first, last_day=last, service=service)
    with transaction.atomic():
        report.save(force_insert=True)
        audit.record(
            "ask for a report",
            report,
            actor=actor,
            service_id=service.pk if service else None,
            after={"kind": kind, "first": str(first), "last": str(last)},
        )
    return report


def require_valid(report: ReportRequest) -> None:
    """Refuse a report that cannot be made.

    Raises:
        InvalidReport: the message says why.
        InvalidPeriod: bills of days of two financial years.
    """
    if report.kind not in Kind.values:
        raise InvalidReport(f"{report.kind} is not a kind of report")
    days = (report.last_day - report.first_day).days + 1
    most = MAX_DAYS_OF_MESSAGES if report.kind == Kind.MESSAGES else MAX_DAYS
    if days < 1:
        raise InvalidReport("The last day must not be before the first")
    if report.first_day > clock.london_today():
        raise InvalidReport("The first day has not come yet")
    if days > most:
        raise InvalidReport(f"At most {most} days fit in this report")
    if report.kind in NEEDS_SERVICE and report.service_id is None:
        raise InvalidReport("Choose the service whose messages are wanted")
    if report.kind == Kind.BILLING and financial_year(report.first_day) != financial_year(
        report.last_day
    ):
        raise InvalidPeriod("Start date and end date must be in the same financial year")


def require_of(
    fact: FactBilling | None, *, kind: str, first_day: date, last_day: date, service: Service | None
) -> None:
    """Refuse a report of the messages behind a row of usage that is not about that row.

    Raises:
        InvalidReport: it is another kind, day or service.
    """
    if fact is None:
        return
    about = (Kind.MESSAGES.value, fact.bst_date, fact.bst_date, fact.service_id)
    if (kind, first_day, last_day, service and service.pk) != about:
        raise InvalidReport("The row of usage is of another service or day: begin with the row")


def make(report_id: UUID) -> bool:
    """Make the file of a report that waits, and say whether it was made here.

    Raises:
        StorageAway: the file cannot be stored; the report says so, too.
    """
    waiting = ReportRequest.objects.filter(id=report_id, state=State.WAITING)
    if not waiting.update(state=State.RUNNING, started_at=clock.now(), rows=0):
        return False
    report = ReportRequest.objects.get(id=report_id)
    # Whoever took a report for lost began it again: then this one has nothing more to say.
    running = ReportRequest.objects.filter(
        id=report_id, state=State.RUNNING, restarts=report.restarts
    )
    try:
        with tempfile.TemporaryFile() as file:
            rows = write(report, file, tell=lambda rows: running.update(rows=rows))
            size = file.tell()
            file.seek(0)
            storage.save_file(Area.REPORTS, file_name(report), file)
    except Exception as error:
        words = error.message if isinstance(error, ApiError) else type(error).__name__
        running.update(state=State.FAILED, finished_at=clock.now(), problem=words)
        raise
    return bool(running.update(state=State.DONE, finished_at=clock.now(), rows=rows, size=size))


def write(
    report: ReportRequest, file: IO[bytes], *, tell: Callable[[int], Any] = lambda _: None
) -> int:
    """Write a report as CSV and return how many rows it has beside the headings.

    Args:
        report: which; it need not be stored.
        file: where.
        tell: is called with the number of rows now and then.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    text.write(_MARK)
    writer = csv.writer(text)
    written = -1
    for row in rows_of(report):
        writer.writerow(_cells(row))
        written += 1
        if written and written % TELL_EVERY == 0:
            tell(written)
    text.flush()
    text.detach()
    return max(written, 0)


def opened(report: ReportRequest, *, actor: User | None) -> IO[bytes]:
    """Open the file of a report, and keep who did.

    Raises:
        InvalidReport: it has no file yet, or none any more.
        StorageAway: the file cannot be read just now.
    """
    if report.state != State.DONE:
        raise InvalidReport(f"This report is {report.state}: it has no file")
    try:
        file = storage.opened(Area.REPORTS, file_name(report))
    except storage.FileMissing as error:
        raise InvalidReport("The file of this report is gone") from error
    audit.record("download a report", report, actor=actor, service_id=report.service_id)
    return file


def restart_lost(now: datetime) -> list[UUID]:
    """Let reports whose worker or task is gone wait again; give up those that are lost each time.

    Returns:
        Those that wait again: whoever calls queues the task that makes each.
    """
    moving = ReportRequest.objects.filter(state__in=[State.WAITING, State.RUNNING])
    since = Coalesce("started_at", "created_at")
    lost = moving.alias(since=since).filter(since__lt=now - LOST_AFTER)
    lost.filter(restarts__gte=MOST_RESTARTS).update(
        state=State.FAILED, finished_at=now, problem="It did not end, in three attempts."
    )
    # Each by itself: what has ended meanwhile has ended.
    return [
        report_id
        for report_id in lost.values_list("id", flat=True)
        if lost.filter(id=report_id).update(
            state=State.WAITING, started_at=now, restarts=F("restarts") + 1
        )
    ]


def expire(now: datetime) -> int:
    """Delete files that are three days old; return how many went."""
    old = list(ReportRequest.objects.filter(state=State.DONE, created_at__lt=now - KEPT))
    gone, errors = storage.delete_each(
        old, lambda report: storage.delete(Area.REPORTS, file_name(report))
    )
    ReportRequest.objects.filter(id__in=[report.id for report in gone]).update(state=State.EXPIRED)
    if errors:
        logger.error("files of %s reports could not be deleted", len(old) - len(gone))
    return len(gone)


def file_name(report: ReportRequest) -> str:
    """Return the name of a report's file in its area."""
    return f"{report.created_at:%Y-%m-%d}/{report.id}.csv"


def _cells(row: Iterable[object]) -> list[object]:
    return [harmless(cell) if isinstance(cell, str) else _plain(cell) for cell in row]


def _plain(cell: object) -> object:
    return clock.api_time(cell) if isinstance(cell, datetime) else cell
