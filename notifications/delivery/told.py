"""What is kept of an attempt that no provider took, for people who ask why."""

from typing import Any

from notifications.delivery.scrub import scrub, secrets_of
from notifications.lifecycle import Note, attempt_note, reading_of
from notifications.models import DeliveryEvent
from notifications.models.delivery_event import MAX_RAW_CHARACTERS
from notifications.providers.base import ProviderError
from notifications.providers.registry import provider
from notify_project import clock


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
    raw = ""
    if error.answer:
        keys = provider(provider_name).options.values()
        raw = scrub(error.answer, secrets_of(message, values, keys), limit=MAX_RAW_CHARACTERS)
    return attempt_note(
        reading_of(error),
        at=clock.now(),
        attempt=attempt,
        code=str(error),
        provider=provider_name,
        raw=raw,
        duration_ms=round(seconds * 1000),
    )


def not_called(attempt: int, error: Exception, *, is_without: bool) -> Note:
    """Return what is kept of an attempt that ended before anybody was called.

    Args:
        attempt: its number.
        error: why; its text may hold what is in the message and is left out.
        is_without: there was no provider to call.
    """
    kinds = DeliveryEvent.Attempt
    return attempt_note(
        kinds.NO_PROVIDER if is_without else kinds.NOT_PREPARED,
        at=clock.now(),
        attempt=attempt,
        code="" if is_without else type(error).__name__,
    )
