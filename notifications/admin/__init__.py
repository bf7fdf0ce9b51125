"""Pages of the admin site about the sending."""

from notifications.admin import callback, document, notification, provider, statistics, suppression

__all__ = ["callback", "document", "notification", "provider", "statistics", "suppression"]
