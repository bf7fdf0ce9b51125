"""Keep receipts for unknown messages: the provider may have been quicker than our own commit."""

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from notifications.models import NotificationHistory, UnmatchedReceipt
from notifications.providers.base import Receipt
from notifications.statuses import Status

logger = logging.getLogger(__name__)

# Source: the delivery pipeline, receipts with an unknown reference.
RETRIES = 5
MAX_REFERENCE = 255


def retry_after() -> timedelta:
    """Return how long a receipt waits before it is tried again."""
    return timedelta(seconds=settings.RECEIPT_RETRY_SECONDS)


def keep(provider_name: str, receipt: Receipt, now: datetime) -> None:
    """Keep a receipt until its message is known; one for a message that is gone is late.

    Args:
        provider_name: who says so.
        receipt: what it says.
        now: when it came.
    """
    if not 0 < len(receipt.notification_id or receipt.reference or "") <= MAX_REFERENCE:
        logger.warning("receipt of %s that names no message", provider_name)
        return
    if _is_gone(receipt):
        logger.info("late: receipt of %s for a message that is deleted", provider_name)
        return
    row = UnmatchedReceipt(
        provider=provider_name,
        receipt=_to_json(receipt),
        next_attempt_at=now + retry_after(),
        created_at=now,
    )
    UnmatchedReceipt.objects.bulk_create([row], ignore_conflicts=True)
    logger.info(
        "receipt of %s for the unknown notification %s is kept",
        provider_name,
        receipt.notification_id,
    )


def receipt_of(row: UnmatchedReceipt) -> Receipt:
    """Return the receipt as it came."""
    words = {
        name: Status(value) if value and name.startswith("status") else value
        for name, value in row.receipt.items()
    }
    return Receipt(**words)


def _to_json(receipt: Receipt) -> dict[str, Any]:
    return {name: value and str(value) for name, value in asdict(receipt).items()}


def _is_gone(receipt: Receipt) -> bool:
    rows = NotificationHistory.objects.all()
    if receipt.notification_id:
        return rows.filter(id=UUID(receipt.notification_id)).exists()
    return rows.filter(reference=receipt.reference).exists()
