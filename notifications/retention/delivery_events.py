"""Delete answers of providers whose message went while they were being written."""

from datetime import datetime, timedelta
from typing import Final

from notifications.models import DeliveryEvent

# No service keeps its texts and emails for longer, and nobody asks about a letter's.
KEPT_FOR: Final = timedelta(days=91)
BATCH: Final = 10_000


def purge_delivery_events(now: datetime) -> int:
    """Delete what is older than any message, and count it.

    Ids rise with time: the oldest are found by them, without an index on times.
    """
    count = 0
    while True:
        oldest = list(DeliveryEvent.objects.order_by("id").values_list("id", "at")[:BATCH])
        old = [row_id for row_id, at in oldest if at < now - KEPT_FOR]
        DeliveryEvent.objects.filter(id__in=old).delete()
        count += len(old)
        if len(old) < BATCH:
            return count
