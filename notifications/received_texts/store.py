"""A received text and what its service must be told of it, stored together."""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction

from notifications.callbacks import outbox
from notifications.callbacks.payloads import inbound_sms_payload
from notifications.models import CallbackDelivery, InboundSms
from notifications.received_texts.posted import PostedText
from notify_project.encryption import blind_indexes
from notify_project.recipients.phone import digits_if_phone
from services.models import (
    CallbackType,
    InboundNumber,
    Service,
    ServiceCallbackApi,
    ServicePermission,
)

logger = logging.getLogger(__name__)


def store(provider: str, posted: PostedText, *, now: datetime) -> bool:
    """Store a text for the service that has its number; one that comes twice is stored once.

    Args:
        provider: who handed it on.
        posted: what was handed on.
        now: when.

    Returns:
        Whether a service has the number and may receive texts. If not, nothing is stored.
    """
    service = _service(provider, posted.notify_number)
    if service is None:
        return False
    sender = digits_if_phone(posted.user_number)
    row = InboundSms(
        service=service,
        notify_number=posted.notify_number,
        user_number=sender,
        sender_hash=blind_indexes(sender)[0],
        content=posted.content,
        provider=provider,
        provider_reference=posted.reference,
        provider_date=posted.sent_at or now,
        created_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            outbox.write(_told(row))
    except IntegrityError as error:
        if "uq_inbound_sms_reference" not in str(error):
            raise
        logger.info("%s handed on the text %s again", provider, posted.reference)
    else:
        logger.info("service %s received the text %s", service.id, row.id)
    return True


def _service(provider: str, notify_number: str) -> Service | None:
    """Find whose number it is; a number that is not ours may be somebody's, and is not logged."""
    number = (
        InboundNumber.objects.select_related("service").filter(number=notify_number).first()
        if notify_number.isascii() and notify_number.isdecimal()
        else None
    )
    if number is None:
        logger.warning("%s handed on a text to a number that is not ours", provider)
        return None
    service = number.service
    if service is None or not service.active or not _may_receive(service):
        logger.warning(
            "%s handed on a text to the number %s, for which no service receives texts",
            provider,
            number.id,
        )
        return None
    return service


def _may_receive(service: Service) -> bool:
    return ServicePermission.objects.filter(
        service=service, permission=ServicePermission.Name.INBOUND_SMS
    ).exists()


def _told(row: InboundSms) -> list[CallbackDelivery]:
    wants = ServiceCallbackApi.objects.filter(
        service=row.service, callback_type=CallbackType.INBOUND_SMS
    )
    if not wants.exists():
        return []
    return [
        CallbackDelivery(
            service_id=row.service_id,
            callback_type=CallbackType.INBOUND_SMS,
            subject_id=row.id,
            event_key="received",
            payload=inbound_sms_payload(row),
            created_at=row.created_at,
        )
    ]
