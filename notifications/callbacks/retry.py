"""When a service is called again."""

import random
from datetime import datetime, timedelta

from django.conf import settings

# However long a service asks to be left alone.
LONGEST_RETRY_AFTER_SECONDS = 3600
# Between two calls of the tail.
LONGEST_TAIL_DELAY_SECONDS = 6 * 3600
# What failed together need not come back together.
JITTER = 0.25


def next_attempt(attempt: int, retry_after_seconds: float | None, now: datetime) -> datetime | None:
    """Return when to call again after an attempt that failed, or None if that was the last.

    Args:
        attempt: its number, from 1.
        retry_after_seconds: how long the service wants to be left alone, if it says so.
        now: when the attempt failed.
    """
    delay = _delay_seconds(attempt)
    if delay is None:
        return None
    asked = min(retry_after_seconds or 0, LONGEST_RETRY_AFTER_SECONDS)
    return now + timedelta(seconds=max(delay, asked))


def _delay_seconds(attempt: int) -> float | None:
    """Return the delay: the same for the promised retries, growing in the tail.

    Source: the API contract, callbacks; the tail is the operator's choice.
    """
    step: int = settings.CALLBACK_RETRY_SECONDS
    in_tail = attempt - settings.CALLBACK_RETRIES
    if in_tail <= 0:
        return step
    delays = [min(step << number, LONGEST_TAIL_DELAY_SECONDS) for number in range(1, in_tail + 1)]
    if step * settings.CALLBACK_RETRIES + sum(delays) > settings.CALLBACK_TAIL_SECONDS:
        return None
    return delays[-1] * (1 + JITTER * random.random())  # noqa: S311 - nothing secret
