"""The reference of a letter: the barcode on its page, and the printer's name for it."""

import re
import secrets
import string
from collections.abc import Callable

from notifications.models import Notification, NotificationHistory
from notify_project.constants import NotificationType

# Upper case only: lower-case letters do not scan, and a UUID does not fit.
LENGTH = 16
ALPHABET = string.ascii_uppercase + string.digits
MAX_TRIES = 5
_matches = re.compile(f"[A-Z0-9]{{{LENGTH}}}").fullmatch


class NoUnusedReference(Exception):
    """Five random references in a row were taken: the source of randomness is broken."""


class Unprintable(Exception):
    """A letter whose receipt could never be matched to it."""


def new_reference() -> str:
    """Return a random reference, made from nothing that says anything about the letter."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def unused_reference(is_taken: Callable[[str], bool]) -> str:
    """Return a random reference that is not taken.

    Raises:
        NoUnusedReference: all tries were taken.
    """
    for _ in range(MAX_TRIES):
        reference = new_reference()
        if not is_taken(reference):
            return reference
    raise NoUnusedReference(f"{MAX_TRIES} references in a row were taken")


def reference_for_new_letter() -> str:
    """Return a reference that no letter has or had.

    Raises:
        NoUnusedReference: all tries were taken.
    """
    return unused_reference(lambda reference: bool(taken_references([reference])))


def taken_references(references: list[str]) -> set[str]:
    """Return those of some references that a letter has or had."""
    live = Notification.objects.filter(
        notification_type=NotificationType.LETTER, reference__in=references
    )
    history = NotificationHistory.objects.filter(
        notification_type=NotificationType.LETTER, reference__in=references
    )
    taken = live.values_list("reference", flat=True).union(
        history.values_list("reference", flat=True)
    )
    return {reference for reference in taken if reference is not None}


def is_printable(reference: str | None) -> bool:
    """Say whether a receipt could bear a reference."""
    return bool(reference and _matches(reference))


def printable_reference(letter: Notification) -> str:
    """Return the reference to print.

    Raises:
        Unprintable: the letter has none, or one that no receipt would bear.
    """
    if not letter.reference:
        raise Unprintable(f"letter {letter.id} has no reference")
    if not is_printable(letter.reference):
        raise Unprintable(
            f"letter {letter.id} has a reference that is not {LENGTH} letters and digits"
        )
    return letter.reference
