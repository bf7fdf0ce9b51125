"""The sending."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Configuration of the notifications app."""

    name = "notifications"

    def ready(self) -> None:
        """Register the system checks."""
        from notifications import checks  # noqa: F401, PLC0415 - needs the models
