"""Store the notifications of a range of rows: each once, whoever stores it and however often."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from django import db
from django.db import transaction

from notifications.acceptance import rules
from notifications.acceptance.follow_up import Stored, follow_up_many
from notifications.acceptance.persist import JobRow, Mailing, persist_rows_of_job
from notifications.jobs import files
from notifications.jobs.holding import lock_for_storing
from notifications.jobs.missing import missing_rows
from notifications.jobs.moves import STORING, beat
from notifications.jobs.row_contents import RowReader
from notifications.models import Job
from notifications.spreadsheets.rows import Rows, lines_of
from notify_project import clock
from notify_project.constants import NotificationType
from services.models import ServiceEmailReplyTo, ServiceSmsSender
from services.read_models import ServiceModel, find_service
from templates_app.read_models import TemplateModel, find_version

logger = logging.getLogger(__name__)

# Stored by one statement: what is sent first waits for no more than these.
ROWS_OF_A_STATEMENT = 500
UNSTORABLE = "The row cannot be stored"
ERASED = "The row was erased"


def persist_range(job_id: UUID, first: int, last: int) -> int:
    """Store those rows of a range that are missing, and return how many were.

    Raises:
        FileMissing: the file is gone.
        django.db.Error: the database failed; what was stored remains.
    """
    job = Job.objects.select_related("template").filter(id=job_id, job_status__in=STORING).first()
    missing = missing_rows(job_id, first, last) if job else []
    if job is None or not missing:
        return 0
    service, template = _sending(job)
    mailing = _mailing(job, service, template)
    stored = 0
    rows = _read(job, service, template, missing)
    while chunk := list(islice(rows, ROWS_OF_A_STATEMENT)):
        now = clock.now()
        new = _store(mailing, chunk, now)
        if new is None:
            logger.info("job %s stores no more rows for now", job_id)
            break
        stored += new
        if new:
            follow_up_many(_stored(mailing, new, now))
        beat(job_id, now)
    return stored


def _sending(job: Job) -> tuple[ServiceModel, TemplateModel]:
    service = find_service(job.service_id)
    template = find_version(job.template_id, job.template_version)
    if service is None or template is None:
        raise RuntimeError(f"job {job.id} lacks its service or its version of a template")
    return service, template


def _mailing(job: Job, service: ServiceModel, template: TemplateModel) -> Mailing:
    return Mailing(
        job_id=job.id,
        service=service,
        template_id=template.id,
        template_version=template.version,
        notification_type=template.template_type,
        process_type=template.process_type,
        rows_of_job=job.notification_count,
        reply_to_text=_reply_to_text(job, service, template),
        created_by_id=job.created_by_id,
    )


def _reply_to_text(job: Job, service: ServiceModel, template: TemplateModel) -> str | None:
    """Return the sender that was chosen, also if it has been archived since."""
    if template.template_type == NotificationType.LETTER:
        return template.letter_contact_block
    if template.template_type == NotificationType.EMAIL:
        if job.sender_id is None:
            return rules.get_reply_to(service, None)
        return ServiceEmailReplyTo.objects.get(id=job.sender_id).email_address
    if job.sender_id is None:
        return rules.get_sms_sender(service, None)
    return rules.shown_sender(ServiceSmsSender.objects.get(id=job.sender_id).sms_sender)


def _read(
    job: Job, service: ServiceModel, template: TemplateModel, missing: Sequence[int]
) -> Iterator[JobRow]:
    """Yield what is stored of the missing rows, in order."""
    lines = lines_of(files.read(job.service_id, job.id))
    rows = Rows(lines, template, service.permissions)
    reader = RowReader(job.id, template, rows.columns, _allowed(service))
    wanted: Collection[int] = frozenset(missing)
    rows.go_to(missing[0])
    for row in islice(rows, missing[-1] - missing[0] + 1):
        if row.number in wanted:
            yield reader.read(row)


def _allowed(service: ServiceModel) -> Callable[[str], bool] | None:
    return service.recipients.__contains__ if service.restricted else None


def _store(mailing: Mailing, rows: Sequence[JobRow], now: datetime) -> int | None:
    """Return how many rows were not stored before; None if the job stores no more.

    A row that the database refuses costs only itself: the others are stored without it.
    """
    try:
        with transaction.atomic():
            erased = lock_for_storing(mailing.job_id)
            if erased is None:
                return None
            kept = [_blank(row, ERASED) if row.number in erased else row for row in rows]
            return persist_rows_of_job(mailing, kept, now)
    except (db.DataError, db.IntegrityError) as error:
        if len(rows) == 1:
            return _store_blank(mailing, rows[0], now, error)
    half = len(rows) // 2
    first = _store(mailing, rows[:half], now)
    second = _store(mailing, rows[half:], now)
    return None if first is None or second is None else first + second


def _store_blank(mailing: Mailing, row: JobRow, now: datetime, error: db.Error) -> int | None:
    """Store that there is a row which cannot be stored, so that the job completes."""
    code = getattr(error.__cause__, "pgcode", None)
    # The error's own text shows the row.
    logger.error("row %s of job %s cannot be stored: %s", row.number, mailing.job_id, code)
    if row.failure_reason == UNSTORABLE:
        return 0
    return _store(mailing, [_blank(row, UNSTORABLE)], now)


def _blank(row: JobRow, reason: str) -> JobRow:
    """Return what is stored of a row of which nothing but its place can be, or may be."""
    return replace(
        row,
        recipient="",
        personalisation=None,
        client_reference=None,
        failure_reason=reason,
    )


def _stored(mailing: Mailing, count: int, now: datetime) -> Stored:
    return Stored(
        what=f"rows of job {mailing.job_id}",
        service_id=mailing.service.id,
        template_id=mailing.template_id,
        notification_type=mailing.notification_type,
        is_real=mailing.is_real,
        lane=mailing.lane,
        created_at=now,
        count=count,
    )
