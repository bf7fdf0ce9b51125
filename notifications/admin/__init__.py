"""Pages of the admin site about the sending."""

from notifications.admin import (
    callback,
    document,
    notification,
    person,
    provider,
    statistics,
    suppression,
)

__all__ = [
    "callback",
    "document",
    "notification",
    "person",
    "provider",
    "statistics",
    "suppression",
]
