"""Texts that a person sent to services."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from notifications.models import InboundSms
from notifications.support import calls
from notifications.support.person import Person
from notifications.support.running import BATCH, Erasing, Tell
from notify_project.encryption import blind_indexes

STORE = "received_texts"


def find_received_texts(person: Person, tell: Tell) -> list[InboundSms]:
    """Return the texts from a person's numbers."""
    if not person.numbers:
        return []
    digests = [digest for number in person.numbers for digest in blind_indexes(number)]
    return [
        *InboundSms.objects.filter(sender_hash__in=digests),
        *_without_digest(person, tell),
    ]


def _without_digest(person: Person, tell: Tell) -> Iterator[InboundSms]:
    """Yield those from before digests were stored, which are read one by one."""
    older = InboundSms.objects.filter(sender_hash=None)
    for read, row in enumerate(older.iterator(), start=1):
        if row.user_number in person.numbers:
            yield row
        tell(f"read {read:,} received texts from before they had digests")


def shown(row: InboundSms) -> dict[str, Any]:
    """Return a received text as an export has it."""
    return {
        "id": row.id,
        "service_id": row.service_id,
        "notify_number": row.notify_number,
        "user_number": row.user_number,
        "content": row.content,
        "created_at": row.created_at,
    }


def erase_received_texts(erasing: Erasing) -> None:
    """Erase who sent the texts and what they said; that there was one remains."""
    rows = find_received_texts(erasing.person, erasing.tell)
    for first in range(0, len(rows), BATCH):
        ids = [row.id for row in rows[first : first + BATCH]]
        with transaction.atomic():
            _erase(InboundSms.objects.filter(id__in=ids), erasing)


def _erase(rows: QuerySet[InboundSms], erasing: Erasing) -> None:
    ids = list(rows.select_for_update().order_by("id").values_list("id", flat=True))
    calls.erase_of_received_texts(ids, erasing)
    erasing.count(STORE, rows.update(user_number="", content="", sender_hash=""))
