"""Look again for the messages of receipts that were kept."""

import logging
from datetime import datetime

from django.db import transaction

from notifications.models import UnmatchedReceipt
from notifications.receipts.apply import apply, is_known
from notifications.receipts.unmatched import RETRIES, receipt_of, retry_after

logger = logging.getLogger(__name__)

BATCH = 1000


def rematch(now: datetime) -> int:
    """Apply the receipts that are due and whose messages are known by now.

    Each is a transaction of its own; several workers may do this at once.

    Args:
        now: what is due is due by then.

    Returns:
        How many found their message.
    """
    due = UnmatchedReceipt.objects.filter(next_attempt_at__lte=now)
    # In the order in which they came: of two receipts for a message the first counts.
    ids = due.order_by("created_at", "id").values_list("id", flat=True)
    return sum(_try(row_id, now) for row_id in list(ids[:BATCH]))


def _try(row_id: int, now: datetime) -> bool:
    with transaction.atomic():
        rows = UnmatchedReceipt.objects.select_for_update(skip_locked=True)
        row = rows.filter(id=row_id, next_attempt_at__lte=now).first()
        if row is None:
            return False
        receipt = receipt_of(row)
        if is_known(row.provider, receipt):
            apply(row.provider, receipt)
            row.delete()
            return True
        row.attempts += 1
        if row.attempts >= RETRIES:
            logger.warning(
                "receipt of %s for an unknown notification %s is given up",
                row.provider,
                receipt.notification_id,
            )
            row.delete()
        else:
            row.next_attempt_at = now + retry_after()
            row.save(update_fields=["attempts", "next_attempt_at"])
    return False
