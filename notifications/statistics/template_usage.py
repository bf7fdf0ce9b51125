"""Count each real notification for its template: one script call beside the rest."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from redis import Redis

from notifications.statistics.repair import note_lost_increment
from notifications.statistics.tasks import rebuild_template_usage
from notifications.statistics.usage_counters import (
    COMPLETE,
    GENERATION_KEY,
    KEEP_SECONDS,
    asked_key,
    forget_run_id,
    is_current,
    lock_key,
    usage_key,
)
from notify_project.clock import london_day
from notify_project.constants import Queue
from notify_project.queues import enqueue_with
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis

# A rebuild that was asked for is asked for again after this long, if its task was lost.
ASKED_SECONDS = 60

# The life is renewed with every increment, so that no counter is ever left without one. An error
# is an answer: it must not spoil what else is in the pipeline.
# KEYS: hash, generation, lock, asked. ARGV: template, seconds, marker, how many.
INCREMENT = """
local count = redis.pcall('HINCRBY', KEYS[1], ARGV[1], ARGV[4])
if type(count) == 'table' then return count.err end
redis.call('EXPIRE', KEYS[1], ARGV[2])
local generation = redis.pcall('GET', KEYS[2])
if type(generation) == 'table' then return generation.err end
return {redis.call('HGET', KEYS[1], ARGV[3]), generation, redis.call('EXISTS', KEYS[3], KEYS[4])}
"""
# KEYS: lock, asked. ARGV: seconds.
ASK_ONCE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
return redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1])
"""


def increment(
    batch: Batch, service_id: UUID, template_id: UUID, created_at: datetime, *, by: int = 1
) -> None:
    """Add the command that counts stored, real notifications of one instant to a batch.

    Its answer goes to ``after_increment``; if the batch fails, call ``increment_lost``.
    """
    key = usage_key(service_id, london_day(created_at))
    batch.eval(
        INCREMENT,
        4,
        key,
        GENERATION_KEY,
        lock_key(key),
        asked_key(key),
        str(template_id),
        str(KEEP_SECONDS),
        COMPLETE,
        str(by),
    )


def after_increment(answer: object, service_id: UUID, created_at: datetime) -> None:
    """Ask for a rebuild if the counters are not known to be complete; never raises for Redis."""
    if not isinstance(answer, list):
        increment_lost(service_id, created_at)
        return
    marker, generation, is_asked_for = answer
    try:
        if not is_asked_for and not is_current(marker, generation):
            request_rebuilds(service_id, [london_day(created_at)])
    except RedisUnavailable:
        # The message is counted; the next one, or a reader, asks again.
        forget_run_id()


def increment_lost(service_id: UUID, created_at: datetime) -> None:
    """Note that a notification's day must be counted again."""
    forget_run_id()
    day = london_day(created_at)
    if settings.REDIS_ENABLED:
        note_lost_increment(service_id, day)
    else:
        _note_once(service_id, day)


def request_rebuilds(service_id: UUID, days: Iterable[date]) -> None:
    """Queue a rebuild of each of some days that has none waiting or running.

    Raises:
        RedisUnavailable: the next increment or reader asks again.
    """
    wanted = list(days)

    def ask(client: Redis) -> None:
        pipeline = client.pipeline(transaction=False)
        for key in (usage_key(service_id, day) for day in wanted):
            pipeline.eval(ASK_ONCE, 2, lock_key(key), asked_key(key), str(ASKED_SECONDS))
        granted = zip(wanted, pipeline.execute(), strict=True)
        for day in [day for day, is_granted in granted if is_granted]:
            enqueue_with(
                pipeline,
                rebuild_template_usage,
                str(service_id),
                day.isoformat(),
                queue=Queue.PERIODIC,
            )
        pipeline.execute()

    if wanted:
        ask_redis(f"ask for a rebuild of template usage of service {service_id}", ask)


@lru_cache(maxsize=10_000)
def _note_once(service_id: UUID, day: date) -> None:
    """Note a day once in this process: without Redis every message would write the same row."""
    note_lost_increment(service_id, day)
