"""Complaints: somebody called an email spam."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from notifications.callbacks import outbox
from notifications.callbacks.payloads import complaint_payload
from notifications.models import (
    CallbackDelivery,
    Complaint,
    Notification,
    NotificationHistory,
)
from notifications.providers.base import ComplaintNotice
from notifications.suppression.feed import note_complaint
from notify_project.constants import NotificationType
from services.models import CallbackType, ServiceCallbackApi

logger = logging.getLogger(__name__)

Origin = Notification | NotificationHistory


def record(provider_name: str, notice: ComplaintNotice, *, now: datetime) -> Complaint | None:
    """Record a complaint and tell the service; the email's status stays what it is.

    Args:
        provider_name: who passed it on.
        notice: what it says; whatever it lacks, it is recorded.
        now: when it came.

    Returns:
        The complaint, or None: it was recorded before, or is about no email of ours.
    """
    email = _find(Notification, notice) or _find(NotificationHistory, notice)
    if email is None:
        logger.warning("complaint of %s about an unknown email", provider_name)
        return None
    complaint = Complaint(
        notification_id=email.id,
        service_id=email.service_id,
        provider=provider_name,
        feedback_id=_fitting(notice.feedback_id),
        complaint_type=_fitting(notice.complaint_type),
        complaint_date=notice.complained_at,
        created_at=now,
    )
    try:
        with transaction.atomic():
            complaint.save(force_insert=True)
            outbox.write(_told(complaint, email))
            note_complaint(email.id)
    except IntegrityError as error:
        if "uq_complaints_feedback" not in str(error):
            raise
        logger.info("%s passed on a complaint about notification %s again", provider_name, email.id)
        return None
    logger.info("complaint of %s about notification %s", provider_name, email.id)
    return complaint


def _find(model: type[Origin], notice: ComplaintNotice) -> Origin | None:
    """Find the email by our id, else by the provider's name for it."""
    rows = model._default_manager.filter(  # noqa: SLF001 - public
        notification_type=NotificationType.EMAIL
    )
    if notice.notification_id and _is_uuid(notice.notification_id):
        return rows.filter(id=UUID(notice.notification_id)).first()
    if notice.reference and "\0" not in notice.reference:
        return rows.filter(reference=notice.reference).order_by("id").first()
    return None


def _told(complaint: Complaint, email: Origin) -> list[CallbackDelivery]:
    wants = ServiceCallbackApi.objects.filter(
        service_id=complaint.service_id, callback_type=CallbackType.COMPLAINT
    )
    if not wants.exists():
        return []
    # What is known now: the email may have been erased since it was found.
    locked = Notification.objects.select_for_update(no_key=True).filter(id=email.id).first()
    payload = complaint_payload(
        complaint,
        reference=(locked or email).client_reference,
        to=locked.to or None if locked else None,
    )
    return [
        CallbackDelivery(
            service_id=complaint.service_id,
            callback_type=CallbackType.COMPLAINT,
            subject_id=complaint.id,
            event_key="complained",
            payload=payload,
            created_at=complaint.created_at,
        )
    ]


def _fitting(text: str | None) -> str | None:
    """Return a provider's word as its column takes it."""
    return (text or "").replace("\0", "")[:255] or None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
