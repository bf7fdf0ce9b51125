"""From a receipt to a notification's new status."""

import logging
from uuid import UUID

from notifications import lifecycle
from notifications.models import Notification
from notifications.providers.base import Receipt
from notifications.providers.registry import PROVIDERS
from notifications.receipts import unmatched
from notify_project import clock
from notify_project.recipients.rates import INTERNATIONAL_RATES

logger = logging.getLogger(__name__)


def apply(provider_name: str, receipt: Receipt) -> None:
    """Record an outcome; one that comes twice or late changes nothing.

    Args:
        provider_name: who says so.
        receipt: what it says.
    """
    found = _find(provider_name, receipt)
    if found is None:
        unmatched.keep(provider_name, receipt, clock.now())
        return
    if found.international and not _gives_receipts(found.phone_prefix):
        logger.info("receipt for notification %s from a country without receipts", found.id)
        return
    now = clock.now()
    logger.info(
        "receipt of %s for notification %s: %s (%s)",
        provider_name,
        found.id,
        receipt.status,
        receipt.detail,
    )
    lifecycle.move(found.id, receipt.status, now=now, sent_by=provider_name, sent_at=now)


def _find(provider_name: str, receipt: Receipt) -> Notification | None:
    """Find the message among those of the provider's channel: by our id, else by its own name."""
    rows = Notification.objects.only("id", "international", "phone_prefix").filter(
        notification_type=PROVIDERS[provider_name].notification_type
    )
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
