"""What a daily limit would have counted: asked when its counter is not there."""

from datetime import timedelta

from django.db.models import Q

from notifications.models import NotificationHistory
from notifications.statuses import Status
from notify_project.recipients.phone import UK_COUNTRY_CODE
from services.hooks import SentOnDay

# Numbers of the crown dependencies are paid for like those of other countries, and counted at home.
_AT_HOME = Q(international=False) | Q(phone_prefix__startswith=str(UK_COUNTRY_CODE))


def count_sent(asked: SentOnDay) -> int:
    """Count a service's real messages of a UTC day; what was cancelled was given back.

    History alone is counted: it holds each real message once, whatever became of it.
    """
    rows = NotificationHistory.objects.filter(
        service=asked.service_id,
        notification_type=asked.notification_type,
        created_at__gte=asked.midnight,
        created_at__lt=asked.midnight + timedelta(days=1),
    ).exclude(status=Status.CANCELLED)
    if asked.only_abroad:
        rows = rows.exclude(_AT_HOME)
    return rows.count()
