"""What is kept of an attempt that no provider took, for people who ask why."""

import logging
from typing import Any

from notifications.delivery.scrub import scrub, secrets_of
from notifications.lifecycle import Note
from notifications.models.delivery_event import (
    MAX_CODE_CHARACTERS,
    MAX_RAW_CHARACTERS,
    DeliveryEvent,
)
from notifications.providers.base import (
    OutcomeUnknown,
    ProviderError,
    RecipientRefused,
    Refused,
    Throttled,
)
from notifications.providers.registry import provider
from notify_project import clock

logger = logging.getLogger(__name__)
Attempt = DeliveryEvent.Attempt

# The first that fits counts.
_READINGS = (
    (OutcomeUnknown, Attempt.UNKNOWN),
    (Throttled, Attempt.THROTTLED),
    (RecipientRefused, Attempt.RECIPIENT_REFUSED),
    (Refused, Attempt.REFUSED),
    (ProviderError, Attempt.NOT_TAKEN),
)


def note_of(
    error: ProviderError,
    *,
    attempt: int,
    provider_name: str,
    seconds: float,
    message: Any,
    values: Any,
) -> Note:
    """Return what is kept of a call that failed.

    Args:
        error: how.
        attempt: its number.
        provider_name: who was called.
        seconds: how long it took.
        message: as it was handed over; nothing of it is kept.
        values: of the message; likewise.
    """
    reading = next(word for kind, word in _READINGS if isinstance(error, kind))
    raw = ""
    if error.answer:
        keys = provider(provider_name).options.values()
        raw = scrub(error.answer, secrets_of(message, values, keys), limit=MAX_RAW_CHARACTERS)
    return Note(
        at=clock.now(),
        kind=DeliveryEvent.Kind.ATTEMPT.value,
        outcome=reading.value,
        provider=provider_name,
        code=str(error)[:MAX_CODE_CHARACTERS],
        raw=raw,
        attempt=attempt,
        duration_ms=round(seconds * 1000),
    )


def not_called(attempt: int, error: Exception, *, is_without: bool) -> Note:
    """Return what is kept of an attempt that ended before anybody was called.

    Args:
        attempt: its number.
        error: why; its text may hold what is in the message and is left out.
        is_without: there was no provider to call.
    """
    reading = Attempt.NO_PROVIDER if is_without else Attempt.NOT_PREPARED
    return Note(
        at=clock.now(),
        kind=DeliveryEvent.Kind.ATTEMPT.value,
        outcome=reading.value,
        code="" if is_without else type(error).__name__[:MAX_CODE_CHARACTERS],
        attempt=attempt,
    )
