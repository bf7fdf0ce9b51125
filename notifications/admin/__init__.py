"""Pages of the admin site about the sending."""

from notifications.admin import callback, notification, provider

__all__ = ["callback", "notification", "provider"]
