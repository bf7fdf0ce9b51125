"""Messages of a person, and what hangs on them: calls of services, files, kept answers."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value

from notifications import lifecycle
from notifications.letters import files as letter_files
from notifications.models import (
    ENDING_CHARACTERS,
    LETTER_ENDING,
    LetterCheck,
    Notification,
    hash_of,
)
from notifications.support import answers, calls, documents
from notifications.support.person import Person, Sought
from notifications.support.running import BATCH, Erasing
from notify_project import clock
from notify_project.constants import NotificationType

STORE = "messages"
STOPPED, UNDER_WAY = "messages_stopped", "messages_under_way"
_UNERASED = ~Q(to="") | Q(personalisation__isnull=False)


def find_messages(person: Person) -> list[Notification]:
    """Return the messages to a person, newest first."""
    found = {row.id: row for rows in _to_each(person) for row in rows}
    return sorted(found.values(), key=lambda row: (row.created_at, row.id), reverse=True)


def find_unerased(ids: Collection[UUID]) -> list[Notification]:
    """Return those of some messages that still tell something."""
    return list(Notification.objects.filter(_UNERASED, id__in=ids))


def _to_each(person: Person) -> Iterator[list[Notification]]:
    for normalised in (*person.emails, *person.numbers):
        yield list(messages_to(normalised))
    for address in person.addresses:
        yield [row for row in letters_ending(address) if address.is_recipient(row.to)]


def messages_to(normalised: str) -> QuerySet[Notification]:
    """Return the messages to a number or an email address."""
    hashed = Notification.objects.alias(recipient_hash=hash_of(F("normalised_to")))
    return hashed.filter(recipient_hash=hash_of(Value(normalised)), normalised_to=normalised)


def letters_ending(address: Sought) -> QuerySet[Notification]:
    """Return the letters to a postcode or a country."""
    letters = Notification.objects.filter(notification_type=NotificationType.LETTER)
    end = address.normalised
    return letters.alias(ending=LETTER_ENDING).filter(
        ending=end[-ENDING_CHARACTERS:], normalised_to__endswith=end
    )


def shown(row: Notification) -> dict[str, Any]:
    """Return a message as an export has it."""
    return {
        "id": row.id,
        "service_id": row.service_id,
        "notification_type": row.notification_type,
        "status": row.status,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "to": row.to,
        "personalisation": row.personalisation,
        "client_reference": row.client_reference,
        "unsubscribe_link": row.unsubscribe_link,
        "template_id": row.template_id,
        "template_version": row.template_version,
        "job_id": row.job_id,
        "job_row_number": row.job_row_number,
    }


def erase_messages(erasing: Erasing) -> None:
    """Erase all messages to a person; those that wait are never sent."""
    for rows in _to_each(erasing.person):
        erase_these([row.id for row in rows], erasing)


def erase_these(ids: Sequence[UUID], erasing: Erasing) -> None:
    """Erase some messages with all that hangs on them, a batch at a time."""
    for first in range(0, len(ids), BATCH):
        with transaction.atomic():
            erase_batch(ids[first : first + BATCH], erasing)
        erasing.tell(f"erased {min(first + BATCH, len(ids)):,} of {len(ids):,} messages")


def erase_batch(ids: Sequence[UUID], erasing: Erasing) -> None:
    """Erase a batch, all of it or nothing: what is left is found again by its recipient.

    No status moves and no service is told of one while the rows are locked.
    """
    rows = list(
        Notification.objects.select_for_update().filter(_UNERASED, id__in=ids).order_by("id")
    )
    if not rows:
        return
    ids = [row.id for row in rows]
    for row in rows:
        if row.notification_type == NotificationType.LETTER:
            letter_files.delete_all(row)
    LetterCheck.objects.filter(notification_id__in=ids).delete()
    lifecycle.forget_notes(ids)
    telling = [
        row.id
        for row in rows
        if erasing.person.is_told_by(row.client_reference, row.to, row.normalised_to)
    ]
    documents.erase_of_messages(ids, erasing)
    calls.erase_of_messages(ids, erasing)
    answers.erase_of_messages(ids, telling, erasing)
    erased = lifecycle.erase(ids, telling=telling, now=clock.now())
    erasing.count(STORE, len(rows))
    erasing.count(STOPPED, erased.stopped)
    erasing.count(UNDER_WAY, erased.under_way)
