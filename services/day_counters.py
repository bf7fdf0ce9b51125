"""The counters of a service's daily limits: their names, and what they begin with."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, InterfaceError

from notify_project.constants import NotificationType
from notify_project.database import is_away
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis
from services.hooks import SentOnDay, sent_on_day

logger = logging.getLogger(__name__)

# Source: the API contract, daily limits.
DAY_SECONDS = 24 * 3600
INTERNATIONAL_SMS = "international_sms"
# What scripts say of a counter that is not there, and of one that is no number.
MISSING, NO_NUMBER = -2, -1

# What a counter holds.
COUNTED = f"""
local function counted(key)
    local used = redis.call('GET', key)
    if not used then return {MISSING} end
    return tonumber(used) or {NO_NUMBER}
end
"""

# Not below nothing, and nothing where nothing is counted: what begins a counter leaves out what
# was cancelled.
_GIVE_BACK = (
    COUNTED
    + """
local used = counted(KEYS[1])
if used > 0 then redis.call('DECRBY', KEYS[1], math.min(used, tonumber(ARGV[1]))) end
"""
)


def day_counter(service_id: UUID, word: str, now: datetime) -> str:
    """Return the key that counts a service's messages of one UTC day."""
    # Formatted by hand: strftime takes longer than the rest of the key.
    return f"daily-limit-{service_id}-{word}-{now.year:04}-{now.month:02}-{now.day:02}"


def recount(service_id: UUID, word: str, now: datetime) -> int:
    """Count in the database what a counter would hold that is not there.

    A day begins with that, and so does a Redis that has lost what it held. Without the database
    it is nothing, and that is logged.

    Args:
        service_id: who sends.
        word: the channel, or ``international_sms``.
        now: an instant of the UTC day.
    """
    abroad = word == INTERNATIONAL_SMS
    kind = NotificationType.SMS if abroad else word
    asked = SentOnDay(service_id, kind, midnight_of(now), only_abroad=abroad)
    try:
        return sent_on_day(asked)
    except (DatabaseError, InterfaceError) as error:
        if not is_away(error):
            raise
        logger.warning("a daily limit of service %s begins at nothing: no database", service_id)
        return 0


def begin(batch: Batch, service_id: UUID, word: str, now: datetime) -> Batch:
    """Add the command that begins a counter, unless somebody has begun it meanwhile."""
    used = recount(service_id, word, now)
    return batch.set(day_counter(service_id, word, now), str(used), nx=True, ex=DAY_SECONDS)


def give_back(service_id: UUID, word: str, count: int, now: datetime) -> None:
    """Take messages that will never be sent out of a day's counter; without Redis, log and go on.

    Args:
        service_id: whose they were.
        word: the channel.
        count: how many, all accepted on that day.
        now: an instant of the UTC day.
    """
    batch = Batch().eval(_GIVE_BACK, 1, day_counter(service_id, word, now), count)
    try:
        ask_redis(f"give back to service {service_id}", batch.answers)
    except RedisUnavailable:
        logger.warning("service %s was not given back %s of a daily limit", service_id, count)


def midnight_of(now: datetime) -> datetime:
    """Return when the UTC day began that limits are counted by."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def seconds_of_day_left(now: datetime) -> float:
    """Return the time until a UTC day ends."""
    return (midnight_of(now) + timedelta(days=1) - now).total_seconds()
