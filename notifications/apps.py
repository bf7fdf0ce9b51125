"""The sending."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Configuration of the notifications app."""

    name = "notifications"

    def ready(self) -> None:
        """Register the system checks; answer what daily limits ask about what was sent."""
        from notifications import checks  # noqa: F401, PLC0415 - needs the models
        from notifications.statistics.daily_limits import (  # noqa: PLC0415 - needs the models
            count_sent,
        )
        from services.hooks import sent_on_day  # noqa: PLC0415

        sent_on_day.connect(count_sent)
