"""The bodies that services receive."""

import uuid
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
