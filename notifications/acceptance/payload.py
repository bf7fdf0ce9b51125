"""A message that waits in Redis to be stored, as one signed text that only we can read."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from cryptography.fernet import InvalidToken
from django.core import signing

from notify_project.encryption import decrypt, encrypt

SALT = "notifications.acceptance.payload"


class PayloadRefused(Exception):
    """A payload that we did not make, or cannot read any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """All that storing a message needs; nothing has a default that could stand in for a loss.

    Attributes:
        to: the recipient as the caller gave it.
        personalisation: reduced to what the template uses.
        created_at: when the message was accepted.
        job_id: the spreadsheet that the message is a row of.
    """

    id: UUID
    service_id: UUID
    template_id: UUID
    template_version: int
    notification_type: str
    to: str = field(repr=False)
    personalisation: dict[str, Any] | None = field(repr=False)
    api_key_id: UUID | None
    key_type: str
    is_real: bool
    process_type: str
    client_reference: str | None
    reply_to_text: str | None
    unsubscribe_link: str | None = field(repr=False)
    document_download_count: int | None
    status: str
    created_at: datetime
    job_id: UUID | None
    job_row_number: int | None


_IDS = frozenset(each.name for each in fields(Payload) if "UUID" in str(each.type))


def seal(payload: Payload) -> str:
    """Encrypt a payload, since whoever looks at a queue may read it, and sign it.

    The signature keeps out what others put on a queue.
    """
    text = orjson.dumps(payload, option=orjson.OPT_PASSTHROUGH_DATETIME, default=datetime.isoformat)
    return signing.dumps(encrypt(text.decode()), salt=SALT, compress=True)


def unseal(sealed: str) -> Payload:
    """Read a payload of any age, sealed with the present secrets or with older ones.

    Raises:
        PayloadRefused: signature, encryption or fields are wrong.
    """
    try:
        values = orjson.loads(decrypt(signing.loads(sealed, salt=SALT)))
        return Payload(**{name: _read(name, value) for name, value in values.items()})
    except (signing.BadSignature, InvalidToken) as error:
        raise PayloadRefused(f"sealed with secrets that are not ours: {_name(error)}") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise PayloadRefused(f"not of this release: {_name(error)}") from None


def _name(error: Exception) -> str:
    return type(error).__name__


def _read(name: str, value: Any) -> Any:
    if name == "created_at":
        return datetime.fromisoformat(value)
    return UUID(value) if name in _IDS and value is not None else value
