"""The words for where a notification stands, their groups, and which may follow which."""

from django.db import models

from notify_project.constants import NotificationType


class Status(models.TextChoices):
    """Stored statuses. Source: the API contract, statuses."""

    CREATED = "created"
    PENDING_VIRUS_CHECK = "pending-virus-check"
    SENDING = "sending"
    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary-failure"
    PERMANENT_FAILURE = "permanent-failure"
    TECHNICAL_FAILURE = "technical-failure"
    VALIDATION_FAILED = "validation-failed"
    VIRUS_SCAN_FAILED = "virus-scan-failed"
    CANCELLED = "cancelled"
    RETURNED_LETTER = "returned-letter"


FAILED = (
    Status.TECHNICAL_FAILURE,
    Status.TEMPORARY_FAILURE,
    Status.PERMANENT_FAILURE,
    Status.VALIDATION_FAILED,
    Status.VIRUS_SCAN_FAILED,
    Status.RETURNED_LETTER,
)
# No outcome yet; a message in one of these is never deleted.
WAITING = frozenset({Status.CREATED, Status.PENDING_VIRUS_CHECK, Status.SENDING, Status.PENDING})
# Shown with a completion time. A failed virus scan is final without one.
COMPLETED = frozenset(
    {
        Status.SENT,
        Status.DELIVERED,
        Status.TEMPORARY_FAILURE,
        Status.PERMANENT_FAILURE,
        Status.TECHNICAL_FAILURE,
        Status.VALIDATION_FAILED,
        Status.CANCELLED,
        Status.RETURNED_LETTER,
    }
)
NEVER_SENT_LETTERS = frozenset(
    {
        Status.CANCELLED,
        Status.TECHNICAL_FAILURE,
        Status.VALIDATION_FAILED,
        Status.VIRUS_SCAN_FAILED,
    }
)
# A service that asked for it is told of these outcomes of emails and texts, and of no other.
TOLD_TO_SERVICES = frozenset(
    {
        Status.DELIVERED,
        Status.TEMPORARY_FAILURE,
        Status.PERMANENT_FAILURE,
        Status.TECHNICAL_FAILURE,
    }
)
# Filter words that stand for several stored statuses. Source: the API contract, listing.
ALIASES: dict[str, tuple[Status, ...]] = {
    "failed": FAILED,
    "accepted": (Status.CREATED, Status.SENDING),
    "received": (Status.DELIVERED,),
}
# What the public API shows for letters instead of the stored word.
_LETTER_WORDS = {
    Status.CREATED: "accepted",
    Status.SENDING: "accepted",
    Status.DELIVERED: "received",
    Status.RETURNED_LETTER: "received",
}

# A provider took these; a text in one of them is paid for.
HANDED_OVER = frozenset(
    {
        Status.SENDING,
        Status.SENT,
        Status.PENDING,
        Status.DELIVERED,
        Status.TEMPORARY_FAILURE,
        Status.PERMANENT_FAILURE,
    }
)
# What is counted and charged, by type.
BILLABLE: dict[NotificationType, frozenset[Status]] = {
    NotificationType.SMS: HANDED_OVER,
    NotificationType.EMAIL: HANDED_OVER - {Status.PENDING},
    NotificationType.LETTER: frozenset({Status.SENDING, Status.DELIVERED, Status.RETURNED_LETTER}),
}

_OUTCOMES = frozenset(
    {
        Status.DELIVERED,
        Status.TEMPORARY_FAILURE,
        Status.PERMANENT_FAILURE,
        Status.TECHNICAL_FAILURE,
    }
)
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.CREATED: _OUTCOMES
    | {
        Status.SENDING,
        Status.SENT,
        Status.PENDING,
        Status.VALIDATION_FAILED,
        Status.CANCELLED,
    },
    Status.PENDING_VIRUS_CHECK: frozenset(
        {
            Status.CREATED,
            Status.CANCELLED,
            Status.VALIDATION_FAILED,
            Status.VIRUS_SCAN_FAILED,
            Status.TECHNICAL_FAILURE,
            Status.DELIVERED,
        }
    ),
    Status.SENDING: _OUTCOMES | {Status.PENDING, Status.RETURNED_LETTER},
    Status.PENDING: _OUTCOMES,
    Status.SENT: _OUTCOMES - {Status.TECHNICAL_FAILURE},
    Status.DELIVERED: frozenset({Status.RETURNED_LETTER}),
    Status.TECHNICAL_FAILURE: frozenset({Status.CREATED, Status.PERMANENT_FAILURE}),
}


# Support staff may do this for letters; for a text or an email it would undo a final status.
_LETTERS_ONLY = frozenset(
    {
        (Status.TECHNICAL_FAILURE, Status.CREATED),
        (Status.TECHNICAL_FAILURE, Status.PERMANENT_FAILURE),
        (Status.CREATED, Status.CANCELLED),
        (Status.CREATED, Status.VALIDATION_FAILED),
        (Status.SENDING, Status.RETURNED_LETTER),
        (Status.DELIVERED, Status.RETURNED_LETTER),
    }
)


def sources_of(target: Status, *, letter: bool = False) -> list[str]:
    """Return the statuses from which a notification may move to ``target``."""
    return sorted(
        source.value
        for source, targets in TRANSITIONS.items()
        if target in targets and (letter or (source, target) not in _LETTERS_ONLY)
    )


def expand(words: list[str]) -> list[str]:
    """Replace the words of a filter by the stored statuses they stand for."""
    found: dict[str, None] = {}
    for word in words:
        for status in ALIASES.get(word, (word,)):
            found[str(status)] = None
    return list(found)


def shown(status: str, notification_type: str) -> str:
    """Return the word that the public API shows for a stored status."""
    if notification_type != NotificationType.LETTER:
        return status
    return _LETTER_WORDS.get(Status(status), status)
