"""Check a file of recipients and store it, so that a job can be created of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID, uuid4

from notifications.jobs import files
from notifications.jobs.allowed import require_channel_and_sender
from notifications.jobs.estimate import Estimate, Tally
from notifications.jobs.files import Metadata
from notifications.models import Job
from notifications.spreadsheets.check import Checked, check
from notifications.spreadsheets.columns import Columns
from notifications.spreadsheets.convert import stored_file_name, to_csv_text
from notifications.spreadsheets.outcome import Circumstances, Refusal, find_refusal
from notifications.spreadsheets.rows import Row, lines_of
from notify_project import audit, clock
from services.day_counters import INTERNATIONAL_SMS
from services.job_limits import remaining_today
from services.models import User
from services.read_models import ServiceModel
from templates_app.read_models import TemplateModel

See = Callable[[Row, Columns], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was checked; it is stored if it can be sent.

    Attributes:
        job_id: of the job that can be created of it.
        file_name: as it is kept.
        checked: what was found.
        refusal: why it cannot be sent; None if it can.
        estimate: what the rows that can be sent would cost; None if columns are missing.
    """

    job_id: UUID
    file_name: str
    checked: Checked
    refusal: Refusal | None
    estimate: Estimate | None


def upload(
    stream: IO[bytes],
    file_name: str,
    template: TemplateModel,
    service: ServiceModel,
    *,
    sender_id: UUID | None = None,
    see: See | None = None,
    keep: bool = True,
    actor: User | None = None,
) -> Upload:
    """Check every row of a file, and store it if all of them can be sent.

    Args:
        stream: the file.
        file_name: its extension says how it is read.
        template: what the rows fill.
        service: that sends.
        sender_id: the sender of texts, or the reply-to address, that is not the default one.
        see: is shown each row with the columns.
        keep: false to check only.
        actor: who asks for it; None is a command.

    Raises:
        FileRefused: it cannot be read.
        ApiError: the service may not use the channel, or has no such sender.
    """
    require_channel_and_sender(service, template, sender_id)
    csv_text, name = to_csv_text(stream, file_name), stored_file_name(file_name)
    tally = Tally(template, service)
    checked = check(
        lines_of(csv_text),
        template,
        service.permissions,
        is_allowed=service.recipients.__contains__ if service.restricted else None,
        see=_both(tally, see),
    )
    now = clock.now()
    refusal = find_refusal(checked, _circumstances(name, template, service, now))
    estimate = None
    if checked.columns.are_usable:
        estimate = tally.estimate(checked.row_count, clock.london_day(now))
    uploaded = Upload(uuid4(), name, checked, refusal, estimate)
    if refusal is None and keep:
        metadata = Metadata(
            notification_count=checked.row_count,
            international_count=checked.international,
            template_id=template.id,
            template_version=template.version,
            original_file_name=name,
            valid=True,
            sender_id=sender_id,
            uploaded_at=now,
        )
        files.save(service.id, uploaded.job_id, csv_text, metadata)
        _record(service.id, uploaded.job_id, metadata, actor)
    return uploaded


def _both(tally: Tally, see: See | None) -> See:
    def look(row: Row, columns: Columns) -> None:
        tally.see(row)
        if see is not None:
            see(row, columns)

    return look


def _record(service_id: UUID, job_id: UUID, metadata: Metadata, actor: User | None) -> None:
    """Say who uploaded what. Names of files may be names of people and are left out."""
    after = {
        "template": str(metadata.template_id),
        "template_version": metadata.template_version,
        "notification_count": metadata.notification_count,
        "sender": str(metadata.sender_id) if metadata.sender_id else None,
    }
    job = Job(id=job_id)
    audit.record("upload recipients", job, actor=actor, service_id=service_id, after=after)


def _circumstances(
    name: str, template: TemplateModel, service: ServiceModel, now: datetime
) -> Circumstances:
    return Circumstances(
        already_sent_today=_was_sent_today(name, template, now),
        in_trial_mode=service.restricted,
        remaining=remaining_today(service, template.template_type),
        remaining_international=remaining_today(service, INTERNATIONAL_SMS),
    )


def _was_sent_today(name: str, template: TemplateModel, now: datetime) -> bool:
    begin, end = clock.london_day_bounds(clock.london_day(now))
    same = Job.objects.filter(
        service=template.service_id,
        original_file_name=name,
        template=template.id,
        template_version=template.version,
        created_at__gte=begin,
        created_at__lt=end,
    )
    return same.exclude(job_status=Job.Status.CANCELLED).exists()
