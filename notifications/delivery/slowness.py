"""Which text message providers are slow, by what has become of the latest messages."""

from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from notifications.models import Notification
from notifications.statuses import Status
from notify_project.constants import KeyType, NotificationType

WINDOW = timedelta(minutes=15)
SLOW_AFTER = timedelta(minutes=5)
SLOW_SHARE = 0.15
FEWEST = 20


def slow_providers(now: datetime) -> set[str]:
    """Return the names of providers of which many texts took long to arrive, or still do.

    Of providers that give no receipts nobody knows: theirs are not among those judged, nor are
    texts to countries that give none.
    """
    late = Q(status=Status.DELIVERED, updated_at__gte=F("sent_at") + SLOW_AFTER) | Q(
        status__in=[Status.SENDING, Status.PENDING], sent_at__lte=now - SLOW_AFTER
    )
    judged = (
        Notification.objects.filter(
            notification_type=NotificationType.SMS,
            created_at__gte=now - WINDOW,
            sent_at__isnull=False,
            sent_by__isnull=False,
            is_real=True,
        )
        .exclude(key_type=KeyType.TEST)
        .exclude(status=Status.SENT)
        .values("sent_by")
        .annotate(texts=Count("id"), late=Count("id", filter=late))
        .filter(texts__gte=FEWEST)
    )
    return {str(row["sent_by"]) for row in judged if row["late"] >= SLOW_SHARE * row["texts"]}
