"""Delete what is recorded of hand-overs to the printer once nobody asks about it any more."""

from datetime import datetime, timedelta
from typing import Final

from notifications.models import LetterPrintBatch, RejectedPrintJob

# As long as a service may keep the letters themselves.
KEPT_FOR: Final = timedelta(days=90)
# Each has thousands of entries at most.
BATCH: Final = 50
_State = LetterPrintBatch.State
_OVER: Final = (_State.UPLOADED, _State.ACKNOWLEDGED, _State.FAILED)


def purge_print_batches(now: datetime) -> int:
    """Delete old print batches with their entries, and count them; what is open stays.

    What a printer has refused is forgotten with them.
    """
    RejectedPrintJob.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    old = LetterPrintBatch.objects.filter(state__in=_OVER, created_at__lt=now - KEPT_FOR)
    count = 0
    while ids := list(old.order_by("created_at", "id").values_list("id", flat=True)[:BATCH]):
        LetterPrintBatch.objects.filter(id__in=ids).delete()
        count += len(ids)
    return count
