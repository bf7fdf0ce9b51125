"""The only way in: store a notification, and its history row if it is real."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.db import connection

from notifications.acceptance.insert import all_fields, insert_many, insert_one
from notifications.acceptance.queue_choice import choose_queue
from notifications.letters.references import reference_for_new_letter
from notifications.models import Notification
from notifications.statuses import Status
from notify_project import clock
from notify_project.constants import KeyType, NotificationType, Queue
from notify_project.logs import request_of_message
from notify_project.recipients.email import InvalidEmail, clean_email, parse_email
from notify_project.recipients.phone import InvalidPhone, clean_phone, parse_phone
from notify_project.recipients.unknown import normalise_lines
from templates_app.read_models import find_version

# Source: the API contract, postage decided by a foreign country.
INTERNATIONAL_POSTAGES = frozenset({"europe", "rest-of-world"})


class Sender(Protocol):
    """What must be known of the service: its row, or its read model."""

    @property
    def id(self) -> uuid.UUID:
        """Return the service's id."""

    @property
    def research_mode(self) -> bool:
        """Tell whether nothing of it may reach a recipient."""


def persist_notification(
    *,
    template_id: uuid.UUID,
    template_version: int,
    recipient: str,
    service: Sender,
    personalisation: dict[str, Any] | None,
    notification_type: str,
    api_key_id: uuid.UUID | None,
    key_type: str,
    created_at: datetime | None = None,
    job_id: uuid.UUID | None = None,
    job_row_number: int | None = None,
    rows_of_job: int | None = None,
    reference: str | None = None,
    client_reference: str | None = None,
    notification_id: uuid.UUID | None = None,
    simulated: bool = False,
    created_by_id: uuid.UUID | None = None,
    status: str = Status.CREATED,
    reply_to_text: str | None = None,
    billable_units: int | None = None,
    postage: str | None = None,
    document_download_count: int | None = None,
    updated_at: datetime | None = None,
    unsubscribe_link: str | None = None,
    is_real: bool | None = None,
    process_type: str | None = None,
) -> Notification:
    """Store a notification with a plain INSERT; a simulated one is made but not stored.

    Outside a transaction it is one statement, atomic by itself. A row of a spreadsheet comes with
    ``rows_of_job``, how many that has: those of a large one wait in the lane ``bulk``.

    Raises:
        ValueError: no service, or a recipient that cannot be sent to.
        django.db.IntegrityError: a notification with this id, or row of a job, exists.
    """
    if service is None:
        raise ValueError("a notification belongs to a service")
    is_real = _is_real(key_type, service) if is_real is None else is_real
    process_type = process_type or _process_type(template_id, template_version)
    notification_id = notification_id or uuid.uuid4()
    columns: dict[str, Any] = {
        **_blank(),
        "id": notification_id,
        "template_id": template_id,
        "template_version": template_version,
        "service_id": service.id,
        "personalisation": personalisation,
        "notification_type": notification_type,
        "api_key_id": api_key_id,
        "key_type": key_type,
        "is_real": is_real,
        "created_at": created_at or clock.now(),
        "updated_at": updated_at,
        "job_id": job_id,
        "job_row_number": job_row_number,
        "reference": reference or _new_reference(notification_type),
        "client_reference": client_reference,
        "created_by_id": created_by_id,
        "status": status,
        "reply_to_text": reply_to_text,
        "billable_units": billable_units or 0,
        "postage": postage,
        "international": postage in INTERNATIONAL_POSTAGES,
        "document_download_count": document_download_count,
        "unsubscribe_link": unsubscribe_link,
        "process_type": process_type,
        "request_id": request_of_message(notification_id),
        "lane": choose_queue(
            notification_type, is_real, process_type, of_large_job=_is_large(rows_of_job)
        ).value,
        **_recipient(notification_type, recipient, status),
    }
    if not simulated:
        insert_one(columns)
    # As one that was read: that takes half as long as making one with names.
    return Notification.from_db(connection.alias, tuple(columns), tuple(columns.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """What the notifications of a job's rows do not share.

    Attributes:
        notification_id: always the same for the same row.
        failure_reason: why the row cannot be sent; it is stored all the same.
        postage: of a letter.
    """

    notification_id: uuid.UUID
    number: int
    recipient: str = field(repr=False)
    personalisation: dict[str, Any] | None = field(repr=False)
    client_reference: str | None = None
    failure_reason: str | None = None
    postage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What the notifications of a job's rows share."""

    job_id: uuid.UUID
    service: Sender
    template_id: uuid.UUID
    template_version: int
    notification_type: str
    process_type: str
    rows_of_job: int
    reply_to_text: str | None
    created_by_id: uuid.UUID | None

    @property
    def is_real(self) -> bool:
        """Tell whether its messages may reach people, count and are paid for."""
        return _is_real(KeyType.NORMAL, self.service)

    @property
    def lane(self) -> Queue:
        """Return whose workers send its messages."""
        return choose_queue(
            self.notification_type,
            self.is_real,
            self.process_type,
            of_large_job=_is_large(self.rows_of_job),
        )


def persist_rows_of_job(mailing: Mailing, rows: Sequence[JobRow], created_at: datetime) -> int:
    """Store rows of a job with one statement, and return how many were not stored before.

    Raises:
        django.db.Error: none of them is stored.
    """
    shared: dict[str, Any] = {
        **_blank(),
        "template_id": mailing.template_id,
        "template_version": mailing.template_version,
        "service_id": mailing.service.id,
        "notification_type": mailing.notification_type,
        "key_type": KeyType.NORMAL,
        "is_real": mailing.is_real,
        "created_at": created_at,
        "job_id": mailing.job_id,
        "created_by_id": mailing.created_by_id,
        "reply_to_text": mailing.reply_to_text,
        "process_type": mailing.process_type,
        "lane": mailing.lane.value,
    }
    return insert_many([{**shared, **_of_row(mailing, row, created_at)} for row in rows])


def _of_row(mailing: Mailing, row: JobRow, created_at: datetime) -> dict[str, Any]:
    status = Status.VALIDATION_FAILED if row.failure_reason else Status.CREATED
    return {
        "id": row.notification_id,
        "job_row_number": row.number,
        "personalisation": row.personalisation,
        "client_reference": row.client_reference,
        "reference": _new_reference(mailing.notification_type),
        "status": status,
        "failure_reason": row.failure_reason,
        "updated_at": created_at if row.failure_reason else None,
        "postage": row.postage,
        "international": row.postage in INTERNATIONAL_POSTAGES,
        **_recipient(mailing.notification_type, row.recipient, status),
    }


@lru_cache(maxsize=1)
def _blank() -> dict[str, Any]:
    """Return all columns of a row about which nothing is known, in the order of the model."""
    return {field.attname: field.get_default() for field in all_fields()}


def _is_real(key_type: str, service: Sender) -> bool:
    return key_type != KeyType.TEST and not service.research_mode


def _is_large(rows_of_job: int | None) -> bool:
    return rows_of_job is not None and rows_of_job >= settings.BULK_JOB_THRESHOLD


def _new_reference(notification_type: str) -> str | None:
    # Texts and emails get the provider's name for them when they are sent.
    return reference_for_new_letter() if notification_type == NotificationType.LETTER else None


def _process_type(template_id: uuid.UUID, template_version: int) -> str:
    version = find_version(template_id, template_version)
    if version is None:
        raise ValueError(f"template {template_id} has no version {template_version}")
    return version.process_type


def _recipient(notification_type: str, text: str, status: str) -> dict[str, Any]:
    """Return the recipient as given and normalised, and what sending to it depends on."""
    try:
        return _parsed(notification_type, text)
    except InvalidEmail:
        cleaned = clean_email(text)
        if status != Status.VALIDATION_FAILED:
            raise
    except InvalidPhone:
        cleaned = clean_phone(text)
        if status != Status.VALIDATION_FAILED:
            raise
    # A row of a spreadsheet that cannot be sent is kept so that people can see it.
    return {"to": cleaned}


def _parsed(notification_type: str, text: str) -> dict[str, Any]:
    if notification_type == NotificationType.EMAIL:
        address = parse_email(text)
        return {"to": address.cleaned, "normalised_to": address.normalised}
    if notification_type == NotificationType.LETTER:
        return {"to": text.strip(), "normalised_to": normalise_lines(text)}
    number = parse_phone(text)
    return {
        "to": clean_phone(text),
        "normalised_to": number.normalised,
        "international": number.international,
        "phone_prefix": number.prefix,
        "rate_multiplier": number.rate_multiplier,
    }
