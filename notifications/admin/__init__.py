"""Pages of the admin site about the sending."""

from notifications.admin import (
    callback,
    document,
    job,
    letter,
    notification,
    person,
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
    "person",
    "provider",
    "statistics",
    "suppression",
]
