"""Pages of the admin site about the sending."""

from notifications.admin import (
    bulk,
    callback,
    document,
    history,
    hold,
    job,
    letter,
    notification,
    person,
    print_batch,
    provider,
    received_text,
    statistics,
    suppression,
)

__all__ = [
    "bulk",
    "callback",
    "document",
    "history",
    "hold",
    "job",
    "letter",
    "notification",
    "person",
    "print_batch",
    "provider",
    "received_text",
    "statistics",
    "suppression",
]
