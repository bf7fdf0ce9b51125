"""Pages of the admin site about the sending."""

from notifications.admin import (
    bulk,
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
    "bulk",
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
