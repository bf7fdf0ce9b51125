"""What the answers of services make of the outbox rows."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection

from notifications.callbacks.calls import Answer, Call
from notifications.callbacks.retry import next_attempt
from notifications.models import CallbackDelivery

logger = logging.getLogger(__name__)
State = CallbackDelivery.State

# Each attempt leaves a line, also one that came too late to decide anything.
# What was told is told, whoever else has begun another attempt since; anything else is written
# by the newest attempt only.
_RECORD = """
WITH result AS (
    SELECT * FROM jsonb_to_recordset(%(results)s::jsonb) AS result (
        id uuid, attempt int, state text, next_attempt_at timestamptz,
        last_response_code int, last_error text, began_at timestamptz, duration_ms int
    )
), logged AS (
    INSERT INTO callback_attempts
        (delivery_id, attempt, began_at, duration_ms, response_code, error)
    SELECT c.id, result.attempt, result.began_at, result.duration_ms,
        result.last_response_code, result.last_error
    FROM result JOIN callback_deliveries c ON c.id = result.id
    WHERE result.began_at IS NOT NULL
)
UPDATE callback_deliveries c SET
    state = result.state,
    -- What was claimed and not begun was no attempt.
    attempts = c.attempts - (result.state = 'waiting' AND result.began_at IS NULL)::int,
    next_attempt_at = result.next_attempt_at,
    last_response_code = result.last_response_code,
    last_error = result.last_error,
    finished_at = CASE WHEN result.state = 'waiting' THEN NULL ELSE %(now)s END
FROM result WHERE c.id = result.id AND c.state = 'waiting'
    AND (result.state = 'done' OR c.attempts = result.attempt)
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a row after an attempt."""

    id: UUID
    attempt: int
    state: str
    next_attempt_at: datetime | None = None
    last_response_code: int | None = None
    last_error: str = ""
    began_at: datetime | None = None
    duration_ms: int = 0


def result_of(answer: Answer, now: datetime) -> Result:
    """Decide: told, to be tried again, or given up. Source: the API contract, callbacks."""
    call, state, again = answer.call, State.GIVEN_UP, None
    if call.is_probe and answer.is_unreachable:
        # No retry of its own is used up: it waits like the others for the next probe.
        again = now
    elif answer.may_pass:
        again = next_attempt(call.attempt, answer.retry_after_seconds, now)
    if answer.is_told:
        state = State.DONE
    elif again is not None:
        state = State.WAITING
    log = logger.warning if state == State.GIVEN_UP else logger.info
    log(
        "callback %s of service %s is %s after attempt %s: %s",
        call.id,
        call.service_id,
        state.value,
        call.attempt,
        answer.code or answer.error,
    )
    return Result(
        id=call.id,
        attempt=call.attempt,
        state=state.value,
        next_attempt_at=again,
        last_response_code=answer.code,
        last_error=answer.error,
        began_at=call.began_at,
        duration_ms=answer.duration_ms,
    )


def given_back(call: Call, now: datetime) -> Result:
    """Return what becomes of a row whose call was not begun: it is due as before."""
    return Result(call.id, call.attempt, State.WAITING.value, next_attempt_at=now)


def record(results: list[Result], now: datetime) -> None:
    """Write what became of rows."""
    if results:
        written = orjson.dumps(list(map(asdict, results)), default=str).decode()
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, {"results": written, "now": now})
