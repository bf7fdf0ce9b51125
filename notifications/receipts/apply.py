"""From a receipt to a notification's new status."""

import logging
from contextlib import nullcontext
from uuid import UUID

from django.db import transaction

from notifications import lifecycle
from notifications.models import Notification
from notifications.providers.base import Receipt
from notifications.providers.registry import PROVIDERS
from notifications.receipts import unmatched
from notifications.statuses import Status
from notify_project import clock
from notify_project.recipients.rates import INTERNATIONAL_RATES

logger = logging.getLogger(__name__)

# Instead of a status, of a receipt that says none that we know.
UNKNOWN = "unknown"


def apply(provider_name: str, receipt: Receipt) -> None:
    """Record an outcome; one that comes twice or late changes nothing.

    Args:
        provider_name: who says so.
        receipt: what it says.
    """
    with transaction.atomic() if receipt.status_if_pending else nullcontext():
        _apply(provider_name, receipt)


def _apply(provider_name: str, receipt: Receipt) -> None:
    found = _find(provider_name, receipt)
    if found is None:
        unmatched.keep(provider_name, receipt, clock.now())
        return
    if found.international and not _gives_receipts(found.phone_prefix):
        logger.info("receipt for notification %s from a country without receipts", found.id)
        lifecycle.keep_late(found.id, _note(provider_name, receipt.status, receipt))
        return
    now = clock.now()
    status = (
        receipt.status_if_pending if found.status == Status.PENDING else None
    ) or receipt.status
    logger.info(
        "receipt of %s for notification %s: %s (%s)",
        provider_name,
        found.id,
        status,
        receipt.detail,
    )
    note = _note(provider_name, status, receipt)
    lifecycle.move(found.id, status, now=now, sent_by=provider_name, sent_at=now, note=note)


def _note(provider_name: str, status: Status, receipt: Receipt) -> lifecycle.Note:
    return lifecycle.receipt_note(provider_name, status.value, receipt.detail, clock.now())


def keep_unknown(provider_name: str, notification_id: UUID, code: str) -> None:
    """Keep for people that a provider said something that nobody knows how to read.

    Args:
        provider_name: who says so.
        notification_id: the message; nothing is kept of one that is not there.
        code: the word that is unknown.
    """
    note = lifecycle.receipt_note(provider_name, UNKNOWN, code, clock.now())
    lifecycle.keep_late(notification_id, note)


def _find(provider_name: str, receipt: Receipt) -> Notification | None:
    """Find the message among those of the provider's channel: by our id, else by its own name."""
    rows = Notification.objects.only("id", "international", "phone_prefix", "status").filter(
        notification_type=PROVIDERS[provider_name].notification_type
    )
    if receipt.status_if_pending:
        # What is decided by the status must not be overtaken by a change of it.
        rows = rows.select_for_update()
    if receipt.notification_id:
        return rows.filter(id=UUID(receipt.notification_id)).first()
    return rows.filter(reference=receipt.reference).order_by("id").first()


def is_known(provider_name: str, receipt: Receipt) -> bool:
    """Say whether the message of a receipt is there."""
    return _find(provider_name, receipt) is not None


def _gives_receipts(phone_prefix: str | None) -> bool:
    """Say whether delivery is confirmed from there; where nobody knows, it is not."""
    rate = INTERNATIONAL_RATES.get(phone_prefix or "")
    return rate is not None and rate.gives_receipts
