"""The bodies that services receive."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifications.models import Complaint, InboundSms
from notifications.statuses import Status
from notify_project import clock


def delivery_status_payload(
    *,
    id: uuid.UUID,  # noqa: A002 - the field's name in the API
    reference: str | None,
    to: str,
    status: Status,
    created_at: datetime,
    completed_at: datetime,
    sent_at: datetime | None,
    notification_type: str,
    template_id: uuid.UUID,
    template_version: int,
) -> dict[str, Any]:
    """Return the body of a delivery receipt. Source: the API contract, callbacks."""
    return {
        "id": str(id),
        "reference": reference,
        "to": to,
        "status": status.value,
        "created_at": clock.api_time(created_at),
        "completed_at": clock.api_time(completed_at),
        "sent_at": clock.api_time(sent_at) if sent_at else None,
        "notification_type": notification_type,
        "template_id": str(template_id),
        "template_version": template_version,
    }


@dataclass(frozen=True, slots=True)
class SentLetter:
    """How a letter was sent that came back; what there is not is None.

    Attributes:
        notification_id: the letter.
        reference: the caller's, of one that came by the API.
        date_sent: when it was accepted.
        sent_by: the email address of a person, or ``API``.
        template_name: as it was then; None of a letter that came as a PDF.
        template_id: likewise.
        template_version: likewise.
        spreadsheet_file_name: of one of a job.
        spreadsheet_row_number: its row there, the names of columns being row 1.
        upload_letter_file_name: of a PDF that a person uploaded.
    """

    notification_id: uuid.UUID
    reference: str | None
    date_sent: datetime
    sent_by: str
    template_name: str | None
    template_id: uuid.UUID | None
    template_version: int | None
    spreadsheet_file_name: str | None
    spreadsheet_row_number: int | None
    upload_letter_file_name: str | None


def returned_letter_payload(letter: SentLetter) -> dict[str, Any]:
    """Return what tells of a letter that came back. Source: the API contract, callbacks."""
    return {
        "notification_id": str(letter.notification_id),
        "reference": letter.reference,
        "date_sent": clock.api_time(letter.date_sent),
        "sent_by": letter.sent_by,
        "template_name": letter.template_name,
        "template_id": str(letter.template_id) if letter.template_id else None,
        "template_version": letter.template_version,
        "spreadsheet_file_name": letter.spreadsheet_file_name,
        "spreadsheet_row_number": letter.spreadsheet_row_number,
        "upload_letter_file_name": letter.upload_letter_file_name,
    }


def inbound_sms_payload(row: InboundSms) -> dict[str, Any]:
    """Return what tells of a received text. Source: the API contract, callbacks."""
    return {
        "id": str(row.id),
        "source_number": row.user_number,
        "destination_number": row.notify_number,
        "message": row.content,
        "date_received": clock.api_time(row.provider_date),
    }


def complaint_payload(
    complaint: Complaint, *, reference: str | None, to: str | None
) -> dict[str, Any]:
    """Return what tells of a complaint. Source: the API contract, callbacks.

    Args:
        complaint: as it is stored.
        reference: the caller's own name for the email.
        to: the recipient; None once the email is deleted.
    """
    date = complaint.complaint_date
    return {
        "notification_id": str(complaint.notification_id),
        "complaint_id": str(complaint.id),
        "reference": reference,
        "to": to,
        "complaint_date": clock.api_time(date) if date else None,
    }
