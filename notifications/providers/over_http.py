"""What providers that are reached over HTTP have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from notifications.providers.base import (
    OutcomeUnknown,
    ProviderError,
    RequestRefused,
    Throttled,
    Unavailable,
)
from notify_project import http

# Answers that the operator can put right by mending the account, the key or the URL. Refusing
# the message for good would lose everything that is sent until then.
_REPAIRABLE = frozenset({401, 402, 403, 404, 405, 407, 408, 425})
MAX_QUOTED_BYTES = 2_000


def hand_over(url: str, **options: Any) -> http.Response:
    """POST a message to a URL that the operator chose, and return the answer, whatever it is.

    Raises:
        Unavailable: the request surely did not arrive.
        OutcomeUnknown: it may have arrived.
    """
    try:
        return http.post(url, trusted=True, **options)
    except http.RequestException as error:
        kind = OutcomeUnknown if http.may_have_arrived(error) else Unavailable
        raise kind(type(error).__name__) from error


@contextmanager
def quoting(response: http.Response) -> Iterator[None]:
    """Give errors that are raised within the beginning of the answer that they are about."""
    try:
        yield
    except ProviderError as error:
        text = response.content[:MAX_QUOTED_BYTES].decode("utf-8", "replace")
        error.answer = f"{response.status_code} {text}"
        raise


def require_success(status_code: int) -> None:
    """Let an answer of success pass.

    Raises:
        Throttled: it is 429.
        RequestRefused: it will be the same next time.
        Unavailable: it may be another next time.
    """
    if status_code == 429:
        raise Throttled("429")
    if 400 <= status_code < 500 and status_code not in _REPAIRABLE:
        raise RequestRefused(str(status_code))
    if not 200 <= status_code < 300:
        raise Unavailable(str(status_code))


def short(code: object) -> str:
    """Return a code that is fit for a log, whatever the caller put there."""
    return "".join(c for c in str(code) if c.isascii() and c.isalnum())[:8]
