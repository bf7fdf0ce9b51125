"""The end of outbox rows."""

from datetime import datetime, timedelta

from notifications.models import CallbackDelivery

KEEP = timedelta(days=7)
BATCH = 10_000


def delete_old_rows(now: datetime) -> int:
    """Delete rows that were finished more than 7 days ago and return how many."""
    old = CallbackDelivery.objects.exclude(state=CallbackDelivery.State.WAITING).filter(
        finished_at__lt=now - KEEP
    )
    count = 0
    while ids := list(old.values_list("id", flat=True)[:BATCH]):
        deleted, _ = CallbackDelivery.objects.filter(id__in=ids).delete()
        count += deleted
    return count
