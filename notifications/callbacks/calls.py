"""The part that runs in threads: one call of a service, and what its answer means."""

import logging
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from http import HTTPStatus
from uuid import UUID

from django.conf import settings

from notify_project import http

logger = logging.getLogger(__name__)

# Who answers within that time may be called several times in a row by one thread.
QUICK_MS = 250

# A service and what it is told of there.
Endpoint = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Call:
    """What one service is told now.

    Attributes:
        is_failing: the endpoint did not answer lately.
        is_probe: only this call finds out whether it answers again.
    """

    id: UUID
    service_id: UUID
    callback_type: str
    attempt: int
    began_at: datetime
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    is_failing: bool = False
    is_probe: bool = False

    @property
    def endpoint(self) -> Endpoint:
        """Return what has a share of the threads, and may be dead."""
        return (self.service_id, self.callback_type)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, or why there is no answer.

    Attributes:
        call: what was asked.
        code: the status code.
        error: why there is none; never a text that others chose.
        may_pass: asking again may help.
        is_unreachable: nobody answered, or not in time.
        retry_after_seconds: how long the service wants to be left alone, if it says so.
        duration_ms: how long it took.
    """

    call: Call
    code: int | None = None
    error: str = ""
    may_pass: bool = False
    is_unreachable: bool = False
    retry_after_seconds: float | None = None
    duration_ms: int = 0

    @property
    def is_told(self) -> bool:
        """Say whether the service has it now."""
        return self.code is not None and HTTPStatus.OK <= self.code < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_quick(self) -> bool:
        """Say whether the service keeps no thread waiting."""
        return self.is_told and self.duration_ms <= QUICK_MS

    @property
    def timed_out(self) -> bool:
        """Say whether the service kept a thread waiting to the end."""
        return self.error.endswith("Timeout")


@cache
def pool() -> ThreadPoolExecutor:
    """Return the threads of this process; each keeps its connections to services."""
    return ThreadPoolExecutor(settings.CALLBACK_THREADS, thread_name_prefix="callbacks")


def tell_in_turn(calls: list[Call]) -> list[Answer]:
    """Make calls of one endpoint one after the other, while all is quick and well.

    Returns:
        One answer for each call that was made: the last one may be slow or a failure.
    """
    answers: list[Answer] = []
    for call in calls:
        answers.append(tell(call))
        if not answers[-1].is_quick:
            break
    return answers


def tell(call: Call) -> Answer:
    """Call a service; touches no database and never raises."""
    began = time.monotonic()
    answer = _tell(call)
    return replace(answer, duration_ms=round((time.monotonic() - began) * 1000))


def _tell(call: Call) -> Answer:
    try:
        head = http.post_for_head(
            call.url,
            data=call.body,
            headers=call.headers,
            timeout=settings.CALLBACK_TIMEOUT_SECONDS,
        )
    except http.RequestException as error:
        may_pass = not _is_final(error)
        return Answer(call, error=type(error).__name__, may_pass=may_pass, is_unreachable=may_pass)
    except Exception as error:  # noqa: BLE001 - one row's trouble must not end the others' run
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error(  # noqa: TRY400 - the error's text may hold what is in the body
            "callback %s raised %s:\n%s", call.id, type(error).__name__, where
        )
        return Answer(call, error=type(error).__name__, may_pass=True)
    return Answer(
        call,
        head.code,
        may_pass=_is_passing(head.code),
        retry_after_seconds=head.retry_after_seconds,
    )


def _is_passing(code: int) -> bool:
    """Say whether a refusal may pass. Source: the API contract, callbacks."""
    return code >= HTTPStatus.INTERNAL_SERVER_ERROR or code == HTTPStatus.TOO_MANY_REQUESTS


def _is_final(error: http.RequestException) -> bool:
    """Say whether nothing was asked at all, because of what the address is."""
    return isinstance(error, http.AddressRefused | ValueError)
