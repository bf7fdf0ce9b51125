"""How much a service may send: requests a minute, and messages a day. Counted in Redis."""

import logging
import math
from datetime import datetime
from uuid import UUID

from notify_project import clock
from notify_project.api.errors import RateLimited, TooManyRequests
from notify_project.constants import KeyType, NotificationType
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis
from services.api.authentication import Caller

logger = logging.getLogger(__name__)

# Source: the API contract, rate limits and daily limits.
LARGEST_BUCKET = 1000
DAY_SECONDS = 24 * 3600
INTERNATIONAL_SMS = "international_sms"
_KEY_WORDS = {KeyType.NORMAL: "LIVE", KeyType.TEAM: "TEAM", KeyType.TEST: "TEST"}
# What a test key of a trial service is measured against.
_LIVE_DEFAULTS = {"email": 250_000, "sms": 250_000, "letter": 20_000, INTERNATIONAL_SMS: 100}

# Refills and takes one token; returns what is left and what was sent today.
_CHECK = """
local now, limit, capacity = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(bucket[1]), tonumber(bucket[2])
if tokens == nil or at == nil then tokens, at = capacity, now end
-- Written by a clock that was far ahead and has been set right: there is no sense in waiting.
if at > now + 60 then at = now end
local gained = math.floor((now - at) * limit / 60)
if gained > 0 then
    tokens = math.min(capacity, tokens + gained)
    -- The rest of a token that has begun is kept: a steady caller gets the whole rate.
    at = at + gained * 60 / limit
end
tokens = math.max(0, tokens - 1)
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', string.format('%.6f', at))
redis.call('EXPIRE', KEYS[1], 120)
return {tokens, redis.call('GET', KEYS[2]) or '0'}
"""
# An increment never makes a counter without an end, and never moves the end of one that has it.
_COUNT = """
local count = redis.call('INCR', KEYS[1])
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""


def require_within_limits(caller: Caller, notification_type: str) -> None:
    """Take one request from the minute's bucket, then look at the day's counter.

    Without Redis nothing is refused, and that is logged.

    Raises:
        RateLimited: too many requests a minute.
        TooManyRequests: the day's limit is reached.
    """
    now = clock.now()
    rate = caller.service.rate_limit
    capacity = min(math.ceil(rate / 3) + 1, LARGEST_BUCKET)
    keys = [_bucket_key(caller), _counter_key(caller, notification_type, now)]
    try:
        [answer] = ask_redis(
            "check limits",
            lambda redis: (
                Batch()
                .eval(_CHECK, len(keys), *keys, now.timestamp(), rate, capacity)
                .answers(redis)
            ),
        )
    except RedisUnavailable:
        logger.warning("limits of service %s are not enforced", caller.service.id)
        return
    if isinstance(answer, Exception):
        logger.error("limits cannot be read: %s", type(answer).__name__)
        return
    left, used = answer
    if int(left) < 1:
        raise RateLimited(
            f"Exceeded rate limit for key type {_KEY_WORDS[caller.key.key_type]} "
            f"of {rate} requests per 60 seconds"
        )
    _require_room(caller, notification_type, used)


def require_international_allowance(caller: Caller) -> None:
    """Look at the day's counter of texts abroad.

    Raises:
        TooManyRequests: the day's limit is reached.
    """
    key = _counter_key(caller, INTERNATIONAL_SMS, clock.now())
    try:
        used = ask_redis("check international limit", lambda redis: redis.get(key))
    except RedisUnavailable:
        logger.warning("limits of service %s are not enforced", caller.service.id)
        return
    _require_room(caller, INTERNATIONAL_SMS, used)


def count_accepted(
    target: Batch, service_id: UUID, notification_type: str, *, international: bool
) -> None:
    """Add the increments of one accepted message to a batch, which the caller sends."""
    now = clock.now()
    words = [notification_type, *([INTERNATIONAL_SMS] if international else [])]
    for word in words:
        target.eval(_COUNT, 1, _day_key(service_id, word, now), DAY_SECONDS)


def _require_room(caller: Caller, word: str, counter: bytes | str | None) -> None:
    try:
        used = int(counter or 0)
    except ValueError:
        logger.error("limits cannot be read: a counter is no number")  # noqa: TRY400 - no traceback
        return
    limit = _limit(caller, word)
    if used + 1 > limit:
        raise TooManyRequests(f"Exceeded send limits ({word}: {limit}) for today")


def _limit(caller: Caller, word: str) -> int:
    if caller.key.key_type == KeyType.TEST and caller.service.restricted:
        return _LIVE_DEFAULTS[word]
    return caller.service.daily_limits[word]


def _bucket_key(caller: Caller) -> str:
    return f"rate-limit-{caller.service.id}-{caller.key.key_type}"


def _counter_key(caller: Caller, word: str, now: datetime) -> str:
    key = _day_key(
        caller.service.id, NotificationType(word) if word != INTERNATIONAL_SMS else word, now
    )
    return f"{key}-test" if caller.key.key_type == KeyType.TEST else key


def _day_key(service_id: UUID, word: str, now: datetime) -> str:
    return f"daily-limit-{service_id}-{word}-{now:%Y-%m-%d}"
