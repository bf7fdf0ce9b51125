"""Pages of the admin site about the sending."""

from notifications.admin import (
    callback,
    document,
    hold,
    job,
    letter,
    notification,
    person,
    print_batch,
    provider,
    statistics,
    suppression,
)

__all__ = [
    "callback",
    "document",
    "hold",
    "job",
    "letter",
    "notification",
    "person",
    "print_batch",
    "provider",
    "statistics",
    "suppression",
]
