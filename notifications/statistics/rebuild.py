"""Count a service's day again and replace its counters, while messages go on being sent."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from redis import Redis

from notifications.statistics.usage_counters import (
    COMPLETE,
    KEEP_SECONDS,
    Fields,
    asked_key,
    lock_key,
    read_hashes,
    usage_key,
    whole_counts,
)
from notifications.statistics.usage_in_history import count_usage
from notify_project.redis_connection import RedisUnavailable, redis_connection

LOCK_SECONDS = 60

# What was sent since the snapshot is what the hash gained since it was read. If it lost its
# marker or a count went down, the key was lost meanwhile, and all it holds was sent since.
# KEYS: hash, lock. ARGV: lock's token, marker, its value, seconds, number of fields read,
# the fields read and their values, the templates counted and their counts.
REPLACE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return false end
local function whole(value)
  return value and string.match(value, '^%-?%d+$') and tonumber(value) or 0
end
local marker = ARGV[2]
local held = {}
if redis.call('TYPE', KEYS[1]).ok == 'hash' then held = redis.call('HGETALL', KEYS[1]) end
local before, after, counts = {}, {}, {}
local last = 5 + 2 * tonumber(ARGV[5])
for i = 6, last, 2 do before[ARGV[i]] = ARGV[i + 1] end
for i = last + 1, #ARGV, 2 do counts[ARGV[i]] = tonumber(ARGV[i + 1]) end
for i = 1, #held, 2 do after[held[i]] = held[i + 1] end
local lost = before[marker] ~= after[marker]
before[marker], after[marker] = nil, nil
for field, value in pairs(before) do
  if whole(after[field]) < whole(value) then lost = true end
end
for field, value in pairs(after) do
  local gained = whole(value)
  if not lost then gained = gained - whole(before[field]) end
  if gained > 0 then counts[field] = (counts[field] or 0) + gained end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], marker, ARGV[3])
local written = {}
for field, value in pairs(counts) do
  redis.call('HSET', KEYS[1], field, string.format('%d', value))
  table.insert(written, field)
  table.insert(written, string.format('%d', value))
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('DEL', KEYS[2])
return {held, written}
"""
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a day's counters held, and what they should hold."""

    stored: dict[UUID, int]
    calculated: dict[UUID, int]

    @property
    def differences(self) -> dict[UUID, tuple[int, int]]:
        """Return the templates whose numbers differ, each with stored and calculated."""
        templates = sorted(self.stored.keys() | self.calculated.keys())
        both = {t: (self.stored.get(t, 0), self.calculated.get(t, 0)) for t in templates}
        return {t: numbers for t, numbers in both.items() if numbers[0] != numbers[1]}


class RebuildRunning(Exception):
    """Another rebuild of the same service and day has not ended yet."""


def rebuild(service_id: UUID, day: date) -> Comparison:
    """Replace the counters of a service's London day by what the database says.

    Messages stored but not yet counted at the instant of the snapshot may be off by one each.

    Raises:
        RebuildRunning: someone else does it.
        RedisUnavailable: Redis is switched off.
        redis.RedisError: Redis failed; nothing was replaced.
        RuntimeError: called inside a transaction, which cannot have the snapshot needed.
    """
    client = _enabled_redis()
    key = usage_key(service_id, day)
    with _lock(client, key) as token:
        with transaction.atomic(durable=True):
            _pin_snapshot()
            generation, [before] = read_hashes(client, [key])
            counts = count_usage(service_id, [day])[day]
        return _replace(key, token, generation=generation, before=before, counts=counts)


def compare(service_id: UUID, day: date) -> Comparison:
    """Compare the counters of a service's London day with the database, changing nothing.

    Raises:
        RedisUnavailable: Redis is switched off.
        redis.RedisError: Redis failed.
    """
    _, [fields] = read_hashes(_enabled_redis(), [usage_key(service_id, day)])
    return Comparison(whole_counts(fields), count_usage(service_id, [day])[day])


def _enabled_redis() -> Redis:
    if not settings.REDIS_ENABLED:
        raise RedisUnavailable("redis is switched off")
    return redis_connection()


@contextmanager
def _lock(client: Redis, key: str) -> Iterator[str]:
    token = uuid.uuid4().hex
    pipeline = client.pipeline(transaction=False)
    pipeline.set(lock_key(key), token, nx=True, ex=LOCK_SECONDS)
    pipeline.delete(asked_key(key))
    if not pipeline.execute()[0]:
        raise RebuildRunning(key)
    try:
        yield token
    except BaseException:
        client.eval(RELEASE, 1, lock_key(key), token)
        raise


def _pin_snapshot() -> None:
    """Make what follows see the database as it is now, before the hash is read."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # The snapshot is taken by the first statement, not by BEGIN.
        cursor.execute("SELECT 1")


def _replace(
    key: str, token: str, *, generation: str, before: Fields, counts: dict[UUID, int]
) -> Comparison:
    arguments: list[str | bytes | int] = [token, COMPLETE, generation, KEEP_SECONDS, len(before)]
    for field, value in before.items():
        arguments += [field, value]
    for template_id, count in counts.items():
        arguments += [str(template_id), count]
    answer = redis_connection().eval(REPLACE, 2, key, lock_key(key), *arguments)
    if answer is None:
        # It took longer than the lock lives, or the lock was lost with everything else.
        raise RebuildRunning(key)
    held, written = ([iter(flat)] * 2 for flat in answer)
    stored, calculated = (dict(zip(*pairs, strict=True)) for pairs in (held, written))
    return Comparison(whole_counts(stored), whole_counts(calculated))
