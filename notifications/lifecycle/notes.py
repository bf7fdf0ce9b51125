"""What is kept of a provider's answer that was no plain success, beside what it changes."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from notifications.models.delivery_event import MAX_CODE_CHARACTERS, MAX_EVENTS, DeliveryEvent
from notifications.providers.base import (
    OutcomeUnknown,
    ProviderError,
    RecipientRefused,
    Refused,
    Throttled,
)

Attempt = DeliveryEvent.Attempt
# The first that fits counts.
_READINGS = (
    (OutcomeUnknown, Attempt.UNKNOWN),
    (Throttled, Attempt.THROTTLED),
    (RecipientRefused, Attempt.RECIPIENT_REFUSED),
    (Refused, Attempt.REFUSED),
    (ProviderError, Attempt.NOT_TAKEN),
    (Exception, Attempt.NOT_PREPARED),
)


@dataclass(frozen=True, slots=True)
class Note:
    """A provider's answer about a message, without anything personal.

    Attributes:
        at: when it came.
        kind: of an attempt, or a receipt.
        outcome: our reading of it.
        provider: whose it is; empty if none was asked.
        code: the provider's.
        raw: the answer as it came, without what is the recipient's.
        attempt: number of the attempt.
        duration_ms: how long the call took.
    """

    at: datetime
    kind: str
    outcome: str
    provider: str = ""
    code: str = ""
    raw: str = ""
    attempt: int | None = None
    duration_ms: int | None = None


_COLUMNS = "at, kind, outcome, provider, code, raw, attempt, duration_ms"
_RECORD = """(
    at timestamptz, kind text, outcome text, provider text, code text, raw text,
    attempt smallint, duration_ms int
)"""
_FEW = f"""(
    SELECT count(*) FROM (
        SELECT FROM delivery_events e WHERE e.notification_id = noted.id LIMIT {MAX_EVENTS}
    ) kept
) < {MAX_EVENTS}"""  # noqa: S608 - constants


def insert_notes(source: str, *, is_applied: bool) -> str:
    """Return the statement that keeps the notes of a source.

    Args:
        source: of rows with ``id`` and ``note``, the JSON of a note or nothing.
        is_applied: whether they changed something.
    """
    return f"""
        INSERT INTO delivery_events (notification_id, is_applied, {_COLUMNS})
        SELECT noted.id, {is_applied}, note.*
        FROM ({source}) noted CROSS JOIN LATERAL jsonb_to_record(noted.note) AS note {_RECORD}
        WHERE noted.note IS NOT NULL AND {_FEW}
    """  # noqa: S608 - constants


# Not locked: the night would pass the message over. A note that it misses for that goes later.
_KEEP = insert_notes(
    "SELECT n.id, %(note)s::jsonb AS note FROM notifications n WHERE n.id = %(id)s",
    is_applied=False,
)


def as_json(note: Note) -> str:
    """Return a note for a statement."""
    return orjson.dumps(asdict(note)).decode()


def keep_late(notification_id: uuid.UUID, note: Note) -> None:
    """Keep an answer that changes nothing, of a message that is there."""
    values: dict[str, Any] = {"id": str(notification_id), "note": as_json(note)}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)


def reading_of(error: Exception) -> Attempt:
    """Return what an attempt's error says about it; one that is no provider's was before a call."""
    return next(word for kind, word in _READINGS if isinstance(error, kind))


def attempt_note(
    reading: Attempt,
    *,
    at: datetime,
    attempt: int,
    code: str,
    provider: str = "",
    raw: str = "",
    duration_ms: int | None = None,
) -> Note:
    """Return what is kept of an attempt that no provider took.

    Args:
        reading: what it came to.
        at: when.
        attempt: its number.
        code: the provider's, or the name of an error.
        provider: who was called; empty if nobody was.
        raw: the answer, without what is the recipient's.
        duration_ms: how long the call took.
    """
    kind, code = DeliveryEvent.Kind.ATTEMPT.value, code[:MAX_CODE_CHARACTERS]
    return Note(at, kind, reading.value, provider, code, raw, attempt, duration_ms)


def receipt_note(provider: str, outcome: str, code: str, at: datetime) -> Note:
    """Return what is kept of a receipt: its codes are all that a receipt is read for."""
    kind = DeliveryEvent.Kind.RECEIPT.value
    return Note(at, kind, outcome, provider, code[:MAX_CODE_CHARACTERS])


def forget_notes(ids: Sequence[uuid.UUID]) -> None:
    """Delete what was kept of some messages."""
    DeliveryEvent.objects.filter(notification_id__in=ids).delete()
