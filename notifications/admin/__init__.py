"""Pages of the admin site about the sending."""

from notifications.admin import (
    callback,
    document,
    job,
    letter,
    notification,
    notification_history,
    person,
    print_batch,
    provider,
    statistics,
    suppression,
)

__all__ = [
    "callback",
    "document",
    "job",
    "letter",
    "notification",
    "notification_history",
    "person",
    "print_batch",
    "provider",
    "statistics",
    "suppression",
]
