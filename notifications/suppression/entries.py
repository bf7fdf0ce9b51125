"""Put an address on a service's list, and take it off."""

import logging
from uuid import UUID

from django.db import transaction

from notifications.models import SuppressedRecipient
from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.encryption import blind_indexes
from notify_project.recipients.email import InvalidEmail, parse_email
from services.models import Service, User

logger = logging.getLogger(__name__)


class InvalidSuppression(ApiError):
    """An address that cannot be put on the list, or taken off it."""


def suppress(
    service: Service, address: str, *, actor: User | None, reason: str
) -> SuppressedRecipient:
    """Put an address on a service's list by hand.

    Args:
        service: whose ordinary emails do not go there any more.
        address: in any spelling.
        actor: who asked for it.
        reason: why; audited, so it must not name the address.

    Raises:
        InvalidSuppression: no address, no reason, or it is on the list already.
    """
    _require_reason(reason)
    try:
        normalised = parse_email(address).normalised
    except InvalidEmail as error:
        raise InvalidSuppression(str(error)) from error
    with transaction.atomic():
        # Two who do this at once come one after the other.
        Service.objects.select_for_update(no_key=True).get(id=service.id)
        if SuppressedRecipient.objects.of_addresses([normalised]).filter(service=service).exists():
            raise InvalidSuppression("The address is on the list already")
        row = entry(service.id, normalised, SuppressedRecipient.Reason.STAFF)
        row.created_by = actor
        row.save(force_insert=True)
        audit.record("suppress recipient", row, actor=actor, service_id=service.id, reason=reason)
    return row


def lift(row: SuppressedRecipient, *, actor: User | None, reason: str) -> None:
    """Take an address off the list: emails go there again.

    Raises:
        InvalidSuppression: no reason is given.
    """
    _require_reason(reason)
    with transaction.atomic():
        # One that was hashed with another key stands for the same address.
        same = SuppressedRecipient.objects.of_addresses([row.recipient])
        deleted, _ = same.filter(service=row.service_id).delete()
        more, _ = SuppressedRecipient.objects.filter(id=row.id).delete()
        if deleted + more:
            before = {"reason": row.reason}
            audit.record(
                "lift suppression",
                row,
                actor=actor,
                service_id=row.service_id,
                before=before,
                reason=reason,
            )


def add_automatically(rows: list[SuppressedRecipient]) -> None:
    """Put addresses on the list; one that is there stays as it is."""
    if rows:
        # In one order, so that two workers with the same addresses never wait for each other.
        in_order = sorted(rows, key=lambda row: (row.service_id, row.recipient_hash))
        SuppressedRecipient.objects.bulk_create(in_order, ignore_conflicts=True)
        for row in rows:
            logger.info(
                "the recipient of notification %s has %s and is suppressed by service %s",
                row.notification_id,
                row.reason,
                row.service_id,
            )


def entry(
    service_id: UUID, normalised: str, reason: str, notification_id: UUID | None = None
) -> SuppressedRecipient:
    """Return an entry that is not stored yet.

    Args:
        service_id: whose list.
        normalised: the address as it is compared.
        reason: why.
        notification_id: the email that came back.
    """
    return SuppressedRecipient(
        service_id=service_id,
        recipient=normalised,
        recipient_hash=blind_indexes(normalised)[0],
        reason=reason,
        notification_id=notification_id,
        created_at=clock.now(),
    )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidSuppression("Say why")
