"""The part that runs in threads: one call of a provider, and what its answer means."""

import logging
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from functools import cache
from queue import SimpleQueue
from typing import Any
from uuid import UUID

from django.conf import settings

from notifications.delivery import retry
from notifications.delivery.pace import pace
from notifications.delivery.told import note_of
from notifications.lifecycle import Outcome
from notifications.lifecycle.held import memory
from notifications.providers.base import (
    OutcomeUnknown,
    ProviderError,
    RecipientRefused,
    Refused,
    Throttled,
)
from notifications.providers.registry import provider
from notifications.statuses import Status
from notify_project import clock
from notify_project.metrics import Histogram

logger = logging.getLogger(__name__)

# Providers keep to one time-out a message; as much again is a margin for a machine that is busy.
TIMEOUTS_PER_CALL = 2
MAX_REFERENCE = 255

CALLS = Histogram(
    "notify_provider_call_seconds",
    "How long a call of a provider took, and what came of it.",
    ("provider", "outcome"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A message that is ready for a provider."""

    notification_id: UUID
    notification_type: str
    service_id: UUID
    template_id: UUID
    lane: str
    attempt: int
    created_at: datetime
    provider_id: UUID
    identifier: str
    status: Status
    message: Any = field(repr=False)
    values: Any = field(default=None, repr=False)


class Result(Enum):
    """What a call says about the provider; a refusal with a reason is an answer like any other."""

    ANSWERED = "answered"
    FAILED = "failed"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made, for the provider's figures."""

    provider_id: UUID
    result: Result
    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """An outcome, and the call behind it, if one was made."""

    outcome: Outcome
    made: Made | None = None


@cache
def pool() -> ThreadPoolExecutor:
    """Return the threads of this process; each keeps its connections to providers."""
    return ThreadPoolExecutor(settings.DELIVERY_THREADS, thread_name_prefix="delivery")


def call(ready: Call, lease_ends: float, finished: SimpleQueue[Finished]) -> None:
    """Ask the provider and put what came of it on ``finished``; touches no database.

    Args:
        ready: the message.
        lease_ends: ``time.monotonic()`` at which another worker may take the message.
        finished: where the main thread waits.
    """
    if time.monotonic() + TIMEOUTS_PER_CALL * settings.PROVIDER_TIMEOUT_SECONDS > lease_ends:
        # Its lease would end before the provider must have answered.
        finished.put(Finished(_given_back(ready, clock.now())))
        return
    if _is_held(ready):
        # As if it had not been taken: who takes it again knows what to do with it.
        finished.put(Finished(_given_back(ready, None)))
        return
    if not pace().begin(ready.identifier):
        finished.put(Finished(_given_back(ready, retry.after_a_while(clock.now()))))
        return
    started = time.monotonic()
    try:
        outcome, result = _ask(ready, started)
    finally:
        pace().end(ready.identifier, time.monotonic() - started)
    made = Made(ready.provider_id, result, time.monotonic() - started)
    CALLS.observe(made.seconds, ready.identifier, _said(outcome, result))
    finished.put(Finished(outcome, made))


def _is_held(ready: Call) -> bool:
    """Say whether a message must not be handed over, although it was ready a moment ago."""
    held = memory.trusted()
    if held is None:
        return True
    return (
        ready.lane in held.lanes
        or ready.identifier in held.providers
        or held.holds_what(ready.service_id, ready.template_id) is not None
    )


def _ask(ready: Call, started: float) -> tuple[Outcome, Result]:
    try:
        reference = provider(ready.identifier).send(ready.message)
    except ProviderError as error:
        return _failed(ready, error, started), _result_of(error)
    except Exception as error:  # noqa: BLE001 - one message's trouble; a lost one would block the run
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error(  # noqa: TRY400 - the error's text may hold what is in the message
            "provider %s raised %s for notification %s:\n%s",
            ready.identifier,
            type(error).__name__,
            ready.notification_id,
            where,
        )
        unknown = OutcomeUnknown(type(error).__name__)
        return _failed(ready, unknown, started), Result.UNKNOWN
    return _accepted(ready, reference), Result.ANSWERED


def _result_of(error: ProviderError) -> Result:
    if isinstance(error, OutcomeUnknown):
        return Result.UNKNOWN
    if isinstance(error, Throttled):
        return Result.THROTTLED
    return Result.ANSWERED if isinstance(error, Refused) else Result.FAILED


def _said(outcome: Outcome, result: Result) -> str:
    if result is not Result.ANSWERED:
        return str(result.value)
    return "accepted" if outcome.accepted else str(outcome.failure_reason)


def _accepted(ready: Call, reference: str | None) -> Outcome:
    return Outcome(
        ready.notification_id,
        ready.attempt,
        ready.status,
        accepted=True,
        sent_at=clock.now(),
        sent_by=ready.identifier,
        reference=_usable(reference, ready),
    )


def _usable(reference: str | None, ready: Call) -> str | None:
    """Return the provider's name for a message, unless it is none that a column could hold.

    The message is sent: its outcome must not be lost for the sake of a name.
    """
    if reference is None or (len(reference) <= MAX_REFERENCE and reference.isprintable()):
        return reference
    logger.error("%s gives notification %s no usable name", ready.identifier, ready.notification_id)
    return None


def _given_back(ready: Call, due_at: datetime | None) -> Outcome:
    """Let a message wait for which nobody was called."""
    return Outcome(
        ready.notification_id, ready.attempt, next_attempt_at=due_at, attempts_given_back=1
    )


def _failed(ready: Call, error: ProviderError, started: float) -> Outcome:
    logger.warning(
        "attempt %s at notification %s failed: provider=%s reason=%s ambiguous=%s",
        ready.attempt,
        ready.notification_id,
        ready.identifier,
        type(error).__name__,
        str(isinstance(error, OutcomeUnknown)).lower(),
    )
    note = note_of(
        error,
        attempt=ready.attempt,
        provider_name=ready.identifier,
        seconds=time.monotonic() - started,
        message=ready.message,
        values=ready.values,
    )
    if isinstance(error, Refused):
        to_blame = isinstance(error, RecipientRefused)
        return Outcome(
            ready.notification_id,
            ready.attempt,
            Status.PERMANENT_FAILURE if to_blame else Status.TECHNICAL_FAILURE,
            sent_by=ready.identifier,
            failure_reason=("recipient-refused" if to_blame else "provider-rejected"),
            note=note,
        )
    outcome = try_again(
        ready.notification_id,
        ready.notification_type,
        ready.attempt,
        ready.created_at,
        error=error,
    )
    return replace(outcome, failed_provider=ready.identifier, note=note)


def try_again(
    notification_id: UUID,
    notification_type: str,
    attempt: int,
    created_at: datetime,
    *,
    error: Exception,
) -> Outcome:
    """Plan the next attempt, or give up when there were enough."""
    now = clock.now()
    again = retry.after_throttling(created_at, now) if isinstance(error, Throttled) else None
    given_back = 0 if again is None else 1
    if again is None:
        is_unknown = isinstance(error, OutcomeUnknown)
        again = retry.next_attempt_at(notification_type, attempt, now, is_unknown=is_unknown)
    if again is None:
        logger.error("notification %s is given up after %s attempts", notification_id, attempt)
        return Outcome(
            notification_id, attempt, Status.TECHNICAL_FAILURE, failure_reason="max-retries"
        )
    return Outcome(notification_id, attempt, next_attempt_at=again, attempts_given_back=given_back)
