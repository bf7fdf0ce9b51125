"""The outbox: what a service must be told, written in the transaction of the event itself."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from notifications.callbacks.payloads import delivery_status_payload
from notifications.callbacks.tasks import wake
from notifications.models import CallbackDelivery
from notifications.statuses import TOLD_TO_SERVICES, Status
from notify_project.constants import NotificationType
from services.models import CallbackType


@dataclass(frozen=True, slots=True)
class Moved:
    """A notification whose status has just changed."""

    id: uuid.UUID
    service_id: uuid.UUID
    notification_type: str
    status: Status
    created_at: datetime
    sent_at: datetime | None
    updated_at: datetime
    template_id: uuid.UUID
    template_version: int
    recipient: str = field(repr=False)
    client_reference: str | None = field(repr=False)
    wants_callback: bool = False


def delivery_status_rows(moved: Iterable[Moved]) -> list[CallbackDelivery]:
    """Return what must be told of these changes, to the services that asked for it."""
    return [
        CallbackDelivery(
            service_id=change.service_id,
            callback_type=CallbackType.DELIVERY_STATUS,
            subject_id=change.id,
            event_key=change.status.value,
            payload=delivery_status_payload(
                id=change.id,
                reference=change.client_reference,
                to=change.recipient,
                status=change.status,
                created_at=change.created_at,
                completed_at=change.updated_at,
                sent_at=change.sent_at,
                notification_type=change.notification_type,
                template_id=change.template_id,
                template_version=change.template_version,
            ),
            created_at=change.updated_at,
        )
        for change in moved
        if change.wants_callback
        and change.status in TOLD_TO_SERVICES
        and change.notification_type != NotificationType.LETTER
    ]


def write(rows: list[CallbackDelivery]) -> None:
    """Store outbox rows and wake those who send them; an event that is there stays as it is."""
    if rows:
        CallbackDelivery.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(wake)
