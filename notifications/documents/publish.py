"""Publish files: encrypt each with a key of its own and return the link that holds the key."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from notifications.documents.given import GivenFile
from notifications.documents.purge import delete_files
from notifications.documents.sealing import DocumentKey
from notifications.models import Document
from notify_project import storage
from notify_project.encryption import blind_indexes
from notify_project.recipients.email import parse_email
from notify_project.storage import Area

logger = logging.getLogger(__name__)

FILENAME, CONTENT = "filename", "content"
TEST_DOCUMENT = "test-document"


def publish(
    files: list[GivenFile],
    *,
    service_id: UUID,
    recipient: str,
    notification_id: UUID,
    now: datetime,
) -> dict[str, str]:
    """Store files and return their download links by their keys; all of them, or none.

    Args:
        files: what `opened` returned.
        service_id: whose they are.
        recipient: the address that may download them.
        notification_id: the email that will hold the links.
        now: from when on they can be downloaded.
    """
    links: dict[str, str] = {}
    rows: list[Document] = []
    address = parse_email(recipient).normalised
    try:
        for file in files:
            key = DocumentKey.new()
            row = _row(file, key, address, now)
            row.service_id, row.notification_id = service_id, notification_id
            rows.append(row)
            sealed = key.seal(file.content, document_id=row.id, part=CONTENT)
            storage.save(Area.DOCUMENTS, row.stored_name, sealed)
            links[file.key] = f"{settings.API_HOST_URL}/documents/{row.id}?key={key}"
        # The file first: a link that works must never lead to a row without one.
        with transaction.atomic():
            Document.objects.bulk_create(rows)
    except Exception:
        _take_back(rows)
        raise
    return links


def unpublish(notification_id: UUID) -> None:
    """Remove what was published for an email that was refused afterwards."""
    rows = list(Document.objects.filter(notification_id=notification_id))
    Document.objects.filter(id__in=[row.id for row in rows]).delete()
    _take_back(rows)


def dummy_urls(keys: Iterable[str]) -> dict[str, str]:
    """Return what stands for the links of an email that is not sent: a page that explains it."""
    return dict.fromkeys(keys, f"{settings.API_HOST_URL}/documents/{TEST_DOCUMENT}")


def _row(file: GivenFile, key: DocumentKey, address: str, now: datetime) -> Document:
    row_id = uuid4()
    name = file.filename or f"document{file.extension}"
    return Document(
        id=row_id,
        size=len(file.content),
        mime_type=file.mime_type,
        sealed_filename=key.seal(name.encode(), document_id=row_id, part=FILENAME),
        confirm_email=file.confirm_email,
        recipient_check=key.recipient_check(address),
        recipient_hash=blind_indexes(address)[0],
        created_at=now,
        expires_at=now + timedelta(weeks=file.retention_weeks),
    )


def _take_back(rows: list[Document]) -> None:
    """Delete files that no row names; one that resists goes when the day it expires on is over."""
    _, errors = delete_files(rows)
    for error in errors:
        logger.error("a file that was not sent stays for now: %s", type(error).__name__)
