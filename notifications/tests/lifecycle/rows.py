"""What the tests of the lifecycle ask of both tables."""

from notifications.models import Notification, NotificationHistory

SHARED = [field.attname for field in NotificationHistory._meta.concrete_fields]


def live_and_history(notification_id):
    """Return the shared columns of both rows."""
    live = Notification.objects.values_list(*SHARED).get(id=notification_id)
    history = NotificationHistory.objects.values_list(*SHARED).filter(id=notification_id).first()
    return live, history
