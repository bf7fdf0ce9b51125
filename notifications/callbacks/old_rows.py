"""The end of outbox rows."""

from datetime import datetime, timedelta

from notifications.models import CallbackDelivery

KEEP = timedelta(days=7)
# No index finds them, so that no write pays for one: few scans are better than many.
BATCH = 50_000


def delete_old_rows(now: datetime) -> int:
    """Delete rows that were finished more than 7 days ago and return how many."""
    old = CallbackDelivery.objects.exclude(state=CallbackDelivery.State.WAITING).filter(
        finished_at__lt=now - KEEP
    )
    count = 0
    while deleted := CallbackDelivery.objects.filter(id__in=old.values("id")[:BATCH]).delete()[0]:
        count += deleted
    return count
