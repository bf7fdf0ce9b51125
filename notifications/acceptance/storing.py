"""Store a message that was accepted before: once, however often its task runs."""

import logging
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q

from notifications.acceptance.payload import Payload
from notifications.acceptance.persist import persist_notification
from notifications.models import Notification, NotificationHistory

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sender:
    id: UUID
    research_mode: bool


def store(payload: Payload) -> Notification | None:
    """Store a message as it was accepted; None if it is stored already.

    Raises:
        django.db.Error: it is not stored.
    """
    try:
        return insert(payload)
    except IntegrityError:
        # Only a look at the rows tells a duplicate from a row that must not exist.
        owner = _owner(payload)
        if owner is None:
            raise
    if owner == payload.service_id:
        logger.info("notification %s is stored already", payload.id)
    else:
        logger.critical("notification %s is stored already, for another service", payload.id)
    return None


def insert(payload: Payload) -> Notification:
    """Store a message as it was accepted.

    Raises:
        django.db.IntegrityError: it is stored already, or must not be.
        django.db.Error: it is not stored.
    """
    return _notification(payload, stored=True)


def not_stored_yet(payload: Payload) -> Notification:
    """Return the notification that will be stored."""
    return _notification(payload, stored=False)


def _notification(payload: Payload, *, stored: bool) -> Notification:
    return persist_notification(
        notification_id=payload.id,
        service=_Sender(payload.service_id, research_mode=not payload.is_real),
        template_id=payload.template_id,
        template_version=payload.template_version,
        notification_type=payload.notification_type,
        recipient=payload.to,
        personalisation=payload.personalisation,
        api_key_id=payload.api_key_id,
        key_type=payload.key_type,
        is_real=payload.is_real,
        process_type=payload.process_type,
        client_reference=payload.client_reference,
        reply_to_text=payload.reply_to_text,
        unsubscribe_link=payload.unsubscribe_link,
        document_download_count=payload.document_download_count,
        status=payload.status,
        created_at=payload.created_at,
        job_id=payload.job_id,
        job_row_number=payload.job_row_number,
        simulated=not stored,
    )


def _owner(payload: Payload) -> UUID | None:
    """Return the service that has this message, or another of the same row of a spreadsheet."""
    same = Q(id=payload.id)
    if payload.job_id is not None:
        same |= Q(job_id=payload.job_id, job_row_number=payload.job_row_number)
    for rows in (Notification.objects.all(), NotificationHistory.objects.all()):
        owner: UUID | None = rows.filter(same).values_list("service_id", flat=True).first()
        if owner is not None:
            return owner
    return None
