"""When to try again, and when to give up. Pure but for the installation's settings."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from notify_project.constants import NotificationType

# Source: the delivery rules: a text's first retry usually lands on the other provider; after an
# unknown outcome it waits for the receipt that may still come.
SMS_FIRST_RETRY = timedelta(0)
SMS_FIRST_RETRY_AFTER_UNKNOWN = timedelta(seconds=60)
THROTTLED_SECONDS = (5.0, 30.0)
THROTTLED_FOR_AT_MOST = timedelta(hours=4)


def next_attempt_at(
    notification_type: str, attempt: int, now: datetime, *, is_unknown: bool
) -> datetime | None:
    """Return when to try again after a failed attempt; None when there were enough.

    Args:
        notification_type: texts and emails differ in the first retry.
        attempt: number of the attempt that failed, from 1.
        now: when it failed.
        is_unknown: the provider may have the message.
    """
    if attempt > settings.DELIVERY_RETRIES:
        return None
    if notification_type == NotificationType.SMS and attempt == 1:
        return now + (SMS_FIRST_RETRY_AFTER_UNKNOWN if is_unknown else SMS_FIRST_RETRY)
    return now + timedelta(seconds=settings.DELIVERY_RETRY_SECONDS)


def after_throttling(created_at: datetime, now: datetime) -> datetime | None:
    """Return when to try again, at no cost, after the provider asked for patience.

    None for an old message: from then on each attempt counts, or there might be no end. It is not
    given up at once, because a message that waited in a backlog may be at its first attempt.
    """
    if now - created_at > THROTTLED_FOR_AT_MOST:
        return None
    return after_a_while(now)


def after_a_while(now: datetime) -> datetime:
    """Return when to try again what costs no attempt."""
    return now + timedelta(seconds=random.uniform(*THROTTLED_SECONDS))  # noqa: S311 - only spreads load
