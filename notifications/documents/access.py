"""Who may download a document: whoever has its link and, if wanted, knows the recipient."""

import hmac
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core import signing
from django.db.models import F

from notifications.documents.publish import CONTENT, FILENAME
from notifications.documents.sealing import DocumentKey, WrongKey
from notifications.models import Document
from notify_project import storage
from notify_project.api.schema import parse_uuid
from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis
from notify_project.storage import Area, FileMissing

logger = logging.getLogger(__name__)

TRIES_A_MINUTE: Final = 10
# How long a confirmed address opens the download in the same browser.
CONFIRMED_SECONDS: Final = 3600
_SALT = "notifications.documents.confirmed"
# A counter that has no end gets one: it must never shut a document for good.
_COUNT = """
local count = redis.call('INCR', KEYS[1])
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], 60) end
return count
"""


class DocumentUnavailable(Exception):
    """There is nothing to download, or nothing any more, or the link is not the right one."""


class DocumentExpired(DocumentUnavailable):
    """The link is right, and too old."""


class WrongAddress(Exception):
    """The document was not sent to this address."""


class TooManyTries(Exception):
    """Too many addresses were tried within a minute."""


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document whose link is right."""

    row: Document
    key: DocumentKey = field(repr=False)
    filename: str = field(repr=False)


def get_document(document_id: str, key: str, now: datetime) -> OpenedDocument:
    """Return the document of a link.

    Raises:
        DocumentExpired: it is too old.
        DocumentUnavailable: there is none, or the key is wrong; nothing tells which.
    """
    parsed = parse_uuid(document_id)
    row = Document.objects.filter(id=parsed).first() if parsed else None
    if row is None:
        raise DocumentUnavailable
    opened = _open(row, key)
    if row.expires_at <= now:
        raise DocumentExpired
    return opened


def _open(row: Document, text: str) -> OpenedDocument:
    try:
        key = DocumentKey.read(text)
        sealed = bytes(row.sealed_filename)
        name = key.unseal(sealed, document_id=row.id, part=FILENAME).decode()
    except WrongKey as error:
        raise DocumentUnavailable from error
    return OpenedDocument(row, key, _harmless(name))


def _harmless(name: str) -> str:
    """Drop what makes a name look like another one, or like a path."""
    kept = "".join(character for character in name if character.isprintable())
    return kept.replace("/", "_").replace("\\", "_")


def confirm(document: OpenedDocument, address: str) -> str:
    """Check that the document was sent to an address; return what proves it for a while.

    Raises:
        TooManyTries: whatever the address.
        InvalidEmail: it is no address.
        WrongAddress: it is another one.
    """
    _count_try(document.row.id)
    expected = bytes(document.row.recipient_check)
    given = document.key.recipient_check(parse_email(address).normalised)
    if not hmac.compare_digest(given, expected):
        raise WrongAddress
    return signing.dumps(str(document.row.id), salt=_SALT)


def is_confirmed(document: OpenedDocument, proof: str) -> bool:
    """Is no confirmation wanted, or is this the proof of one?"""
    if not document.row.confirm_email:
        return True
    try:
        confirmed = signing.loads(proof, salt=_SALT, max_age=CONFIRMED_SECONDS)
    except signing.BadSignature:
        return False
    return bool(confirmed == str(document.row.id))


def read_content(document: OpenedDocument) -> bytes:
    """Return the file itself.

    Raises:
        DocumentUnavailable: the file is not in storage.
    """
    row = document.row
    try:
        sealed = storage.read(Area.DOCUMENTS, row.stored_name)
    except FileMissing as error:
        logger.error("the file of document %s is missing", row.id)  # noqa: TRY400 - no traceback
        raise DocumentUnavailable from error
    return document.key.unseal(sealed, document_id=row.id, part=CONTENT)


def count_download(document: OpenedDocument) -> None:
    """Remember that the file was sent once more."""
    Document.objects.filter(id=document.row.id).update(download_count=F("download_count") + 1)


def _count_try(document_id: UUID) -> None:
    key = f"document-tries-{document_id}"
    try:
        [count] = ask_redis(
            "count tries of a document", lambda redis: Batch().eval(_COUNT, 1, key).answers(redis)
        )
    except RedisUnavailable:
        logger.warning("tries of document %s are not counted", document_id)
        return
    if isinstance(count, int) and count > TRIES_A_MINUTE:
        raise TooManyTries


__all__ = [
    "DocumentExpired",
    "DocumentUnavailable",
    "InvalidEmail",
    "OpenedDocument",
    "TooManyTries",
    "WrongAddress",
    "confirm",
    "count_download",
    "get_document",
    "is_confirmed",
    "read_content",
]
