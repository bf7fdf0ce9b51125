"""Pages of the admin site about the sending."""

from notifications.admin import (
    callback,
    document,
    history,
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
    "callback",
    "document",
    "history",
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
