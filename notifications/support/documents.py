"""Files that were sent to a person by email."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications.models import Document
from notifications.support.person import Person
from notifications.support.running import Erasing
from notify_project import storage
from notify_project.encryption import blind_indexes
from notify_project.storage import Area

STORE = "documents"


def find_documents(person: Person, ids: Collection[UUID]) -> list[Document]:
    """Return the files sent to a person's addresses, or with some messages."""
    return list(_of(person) | Document.objects.filter(notification_id__in=ids))


def shown(row: Document) -> dict[str, Any]:
    """Return a file as an export has it: what it holds, its link alone can open."""
    return {
        "id": row.id,
        "service_id": row.service_id,
        "notification_id": row.notification_id,
        "mime_type": row.mime_type,
        "size": row.size,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "download_count": row.download_count,
    }


def erase_of_messages(ids: Collection[UUID], erasing: Erasing) -> None:
    """Remove the files that some messages link to, in the caller's transaction."""
    _erase(Document.objects.filter(notification_id__in=ids), erasing)


def erase_documents(erasing: Erasing) -> None:
    """Remove the files sent to a person, also those whose message is deleted."""
    with transaction.atomic():
        _erase(_of(erasing.person), erasing)


def _of(person: Person) -> QuerySet[Document]:
    digests = [digest for email in person.emails for digest in blind_indexes(email)]
    return Document.objects.filter(Q(recipient_hash__in=digests))


def _erase(rows: QuerySet[Document], erasing: Erasing) -> None:
    found = list(rows.select_for_update().order_by("id"))
    for row in found:
        # The file first: a row that is left leads to it.
        storage.delete(Area.DOCUMENTS, row.stored_name)
    Document.objects.filter(id__in=[row.id for row in found]).delete()
    erasing.count(STORE, len(found))
