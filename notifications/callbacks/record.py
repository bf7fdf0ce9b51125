"""What the answers of services make of the outbox rows."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection

from notifications.callbacks.calls import Answer
from notifications.models import CallbackDelivery

logger = logging.getLogger(__name__)
State = CallbackDelivery.State

# What was told is told, whoever else has begun another attempt since; anything else is written
# by the newest attempt only.
_RECORD = """
WITH result AS (
    SELECT * FROM jsonb_to_recordset(%(results)s::jsonb) AS result (
        id uuid, attempt int, state text, next_attempt_at timestamptz,
        last_response_code int, last_error text
    )
)
UPDATE callback_deliveries c SET
    state = result.state,
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


def result_of(answer: Answer, now: datetime) -> Result:
    """Decide: told, to be tried again, or given up. Source: the API contract, callbacks."""
    call, state, again = answer.call, State.GIVEN_UP, None
    if answer.code is not None and HTTPStatus.OK <= answer.code < HTTPStatus.MULTIPLE_CHOICES:
        state = State.DONE
    elif answer.may_pass and call.attempt <= settings.CALLBACK_RETRIES:
        state = State.WAITING
        again = now + timedelta(seconds=settings.CALLBACK_RETRY_SECONDS)
    log = logger.warning if state == State.GIVEN_UP else logger.info
    log(
        "callback %s of service %s is %s after attempt %s: %s",
        call.id,
        call.service_id,
        state.value,
        call.attempt,
        answer.code or answer.error,
    )
    return Result(call.id, call.attempt, state.value, again, answer.code, answer.error)


def record(results: list[Result], now: datetime) -> None:
    """Write what became of rows."""
    if results:
        written = orjson.dumps(list(map(asdict, results)), default=str).decode()
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, {"results": written, "now": now})
