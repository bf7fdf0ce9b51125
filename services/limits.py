"""How much a service may send: requests a minute, and messages a day. Counted in Redis."""

import logging
import math
from dataclasses import dataclass, field
from datetime import datetime

from notify_project import clock
from notify_project.api.errors import RateLimited, TooManyRequests
from notify_project.constants import KeyType
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis
from services.caller import Caller
from services.day_counters import (
    COUNTED,
    DAY_SECONDS,
    INTERNATIONAL_SMS,
    MISSING,
    begin,
    day_counter,
    recount,
    seconds_of_day_left,
)
from services.request_buckets import MINUTE, bucket_key, capacity_of

logger = logging.getLogger(__name__)

# Source: the API contract, daily limits.
_KEY_WORDS = {KeyType.NORMAL: "LIVE", KeyType.TEAM: "TEAM", KeyType.TEST: "TEST"}
# What a test key of a trial service is measured against.
_LIVE_DEFAULTS = {"email": 250_000, "sms": 250_000, "letter": 20_000, INTERNATIONAL_SMS: 100}

_REFILL = """
local now, rate, capacity = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(bucket[1]), tonumber(bucket[2])
if tokens == nil or at == nil then tokens, at = capacity, now end
-- Written by a clock that was far ahead and has been set right: there is no sense in waiting.
if at > now + 60 then at = now end
local gained = math.floor((now - at) * rate / 60)
if gained > 0 then
    tokens = math.min(capacity, tokens + gained)
    -- The rest of a token that has begun is kept: a steady caller gets the whole rate.
    at = at + gained * 60 / rate
end
"""
# A counter that is not there is not begun here: what it begins with is in the database.
# An increment never moves the end of one that has it.
_RESERVE = (
    COUNTED
    + """
local function reserve(key, limit, seconds)
    local used = counted(key)
    if used < 0 or used + 1 > limit then return {used, 0} end
    used = redis.call('INCR', key)
    if redis.call('TTL', key) < 0 then redis.call('EXPIRE', key, seconds) end
    return {used, 1}
end
"""
)
# Takes one token and, if that is allowed, one unit of the day; tells what is left of both.
_TAKE = (
    _REFILL
    + _RESERVE
    + """
tokens = math.max(0, tokens - 1)
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', string.format('%.6f', at))
redis.call('EXPIRE', KEYS[1], 120)
local day = {0, 0}
if KEYS[2] then
    if ARGV[5] == '1' and tokens >= 1 then
        day = reserve(KEYS[2], tonumber(ARGV[4]), ARGV[6])
    else
        day = {counted(KEYS[2]), 0}
    end
end
return {tokens, string.format('%.6f', at), day[1], day[2]}
"""
)
_PEEK = (
    _REFILL
    + COUNTED
    + """
local used = KEYS[2] and counted(KEYS[2]) or 0
return {tokens, string.format('%.6f', at), used, 0}
"""
)
_LOOK_AT_UNIT = COUNTED + "return {counted(KEYS[1]), 0}"
_TAKE_UNIT = _RESERVE + "return reserve(KEYS[1], tonumber(ARGV[1]), ARGV[2])"
# Not below nothing, and nothing for a day that has ended meanwhile.
_GIVE_BACK = """
for _, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') > 0 then redis.call('DECR', key) end
end
"""


@dataclass(slots=True)
class _Day:
    """One daily counter as a request sees it."""

    word: str
    key: str
    limit: int
    used: int
    reserved: bool

    @property
    def left(self) -> int:
        """Return how many more may be sent today."""
        return max(0, self.limit - self.used)

    @property
    def refuses(self) -> bool:
        """Is the request one too many?"""
        return not self.reserved and self.used + 1 > self.limit


@dataclass(slots=True)
class Allowance:
    """What one request has taken of its service's limits.

    The units of the day are given back unless a message comes of the request.
    """

    caller: Caller
    taken_at: datetime
    # False: only looked at, as one does who does not send.
    takes: bool = True
    # None: Redis cannot tell, and nothing is refused.
    tokens: int | None = None
    refilled_at: float = 0.0
    _days: list[_Day] = field(default_factory=list)

    def require_rate(self) -> None:
        """Refuse the request if it is one too many this minute.

        Raises:
            RateLimited: it is.
        """
        needed = 1 if self.takes else 2
        if self.tokens is not None and self.tokens < needed:
            raise RateLimited(
                f"Exceeded rate limit for key type {_KEY_WORDS[self.caller.key.key_type]} "
                f"of {self.caller.service.rate_limit} requests per 60 seconds"
            )

    def require_room(self) -> None:
        """Refuse the request if it is one too many today.

        Raises:
            TooManyRequests: it is.
        """
        for day in self._days:
            if day.refuses:
                raise TooManyRequests(f"Exceeded send limits ({day.word}: {day.limit}) for today")

    def require_international(self) -> None:
        """Take a unit of the day's texts abroad.

        Raises:
            TooManyRequests: none is left.
        """
        takes = self.takes and self.caller.is_real
        batch = _take_unit if takes else _look_at_unit
        asked = batch(Batch(), self.caller, INTERNATIONAL_SMS, self.taken_at)
        answer = _ask(self.caller, "check international limit", asked)
        if answer is not None:
            self.add_day(INTERNATIONAL_SMS, int(answer[0]), reserved=bool(answer[1]))
            self.require_room()

    def give_back(self) -> None:
        """Return the units of the day: no message came of the request."""
        reserved = [day for day in self._days if day.reserved]
        for day in reserved:
            day.reserved = False
            day.used -= 1
        if reserved:
            keys = [day.key for day in reserved]
            _ask(self.caller, "give back", Batch().eval(_GIVE_BACK, len(keys), *keys))

    @property
    def headers(self) -> dict[str, str]:
        """Return the limit, what is left of it, and the seconds until there is (more) room."""
        if self.tokens is None:
            return {}
        now = clock.now()
        rate = self.caller.service.rate_limit
        at_once = max(0, self.tokens - 1)
        left = min([at_once, *(day.left for day in self._days)])
        # A request needs two tokens: it takes one, and one must be left.
        wanted = 2 if at_once == 0 else capacity_of(rate)
        seconds = self.refilled_at + (wanted - self.tokens) * MINUTE / rate if rate else 0.0
        resets = [seconds - now.timestamp() if rate else float(MINUTE)]
        if any(day.left == 0 for day in self._days):
            resets.append(seconds_of_day_left(now))
        return {
            "RateLimit-Limit": str(rate),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(max(1 if left == 0 else 0, math.ceil(max(resets)))),
        }

    def add_day(self, word: str, used: int, *, reserved: bool) -> None:
        """Remember what a daily counter said; count again what one would say that is not there."""
        if used == MISSING:
            used, reserved = self._begin_day(word)
        if used < 0:
            logger.error("limits cannot be read: a counter is no number")
            return
        key = _day_key(self.caller, word, self.taken_at)
        self._days.append(_Day(word, key, _limit(self.caller, word), used, reserved))

    def _begin_day(self, word: str) -> tuple[int, bool]:
        """Return what was used of the day, and whether a unit more was taken."""
        is_over = self.takes and self.tokens == 0
        if is_over or not self.caller.is_real or not _limit(self.caller, word):
            return 0, False
        day = (self.caller.service.id, word, self.taken_at)
        if not self.takes:
            return recount(*day), False
        batch = _take_unit(begin(Batch(), *day), self.caller, word, self.taken_at)
        answer = _ask(self.caller, "begin a daily limit", batch)
        return (0, False) if answer is None else (int(answer[0]), bool(answer[1]))


def take(caller: Caller, notification_type: str | None) -> Allowance:
    """Take one request from the minute's bucket, and one message from the day's counter.

    Both in one script. Without Redis nothing is refused, and that is logged.

    Args:
        caller: who calls.
        notification_type: None when the path names none that exists.
    """
    return _allowance(caller, notification_type, takes=True)


def peek(caller: Caller, notification_type: str | None = None) -> Allowance:
    """Look at the same limits without taking anything."""
    return _allowance(caller, notification_type, takes=False)


def _allowance(caller: Caller, word: str | None, *, takes: bool) -> Allowance:
    now = clock.now()
    rate = caller.service.rate_limit
    allowance = Allowance(caller, now, takes)
    keys: list[str] = [bucket_key(caller.service.id, caller.key.key_type)]
    arguments: list[float] = [now.timestamp(), rate, capacity_of(rate)]
    if word is not None:
        keys.append(_day_key(caller, word, now))
        arguments += [_limit(caller, word), int(caller.is_real), DAY_SECONDS]
    script, operation = (_TAKE, "check limits") if takes else (_PEEK, "look at limits")
    answer = _ask(caller, operation, Batch().eval(script, len(keys), *keys, *arguments))
    if answer is None:
        return allowance
    allowance.tokens, allowance.refilled_at = int(answer[0]), float(answer[1])
    if word is not None:
        allowance.add_day(word, int(answer[2]), reserved=bool(answer[3]))
    return allowance


def _take_unit(batch: Batch, caller: Caller, word: str, now: datetime) -> Batch:
    key = _day_key(caller, word, now)
    return batch.eval(_TAKE_UNIT, 1, key, _limit(caller, word), DAY_SECONDS)


def _look_at_unit(batch: Batch, caller: Caller, word: str, now: datetime) -> Batch:
    return batch.eval(_LOOK_AT_UNIT, 1, _day_key(caller, word, now))


def _ask(caller: Caller, operation: str, batch: Batch) -> list[bytes] | None:
    """Return the last script's answer; None without Redis, or when a key holds something else."""
    try:
        *_, answer = ask_redis(operation, batch.answers)
    except RedisUnavailable:
        logger.warning("limits of service %s are not enforced", caller.service.id)
        return None
    if isinstance(answer, Exception):
        logger.error("limits cannot be read: %s", type(answer).__name__)
        return None
    return answer if isinstance(answer, list) else None


def _limit(caller: Caller, word: str) -> int:
    if caller.key.key_type == KeyType.TEST and caller.service.restricted:
        return _LIVE_DEFAULTS[word]
    return caller.service.daily_limits[word]


def _day_key(caller: Caller, word: str, now: datetime) -> str:
    suffix = "-test" if caller.key.key_type == KeyType.TEST else ""
    return f"{day_counter(caller.service.id, word, now)}{suffix}"
