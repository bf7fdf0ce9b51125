"""What Redis says about queues, their workers and tasks that failed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from redis import Redis
from rq.job import Job
from rq.queue import Queue as RqQueue
from rq.registry import FailedJobRegistry
from rq.utils import utcparse
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from notify_project.constants import Queue
from notify_project.monitoring import gauges
from notify_project.monitoring.gauges import Reading
from notify_project.queues import FAILURE_TTL_SECONDS
from notify_project.redis_connection import redis_connection


def readings(now: datetime) -> list[Reading]:
    """Measure everything that is in Redis, in two round trips.

    Raises:
        redis.RedisError: it did not answer.
    """
    redis = redis_connection()
    answers = _ask(redis)
    found: list[Reading] = []
    for queue, answer, more in zip(Queue, answers, _ask_more(redis, answers), strict=True):
        found += _of_queue(queue.value, answer, more, now)
    return found


def _ask(redis: Redis) -> list[tuple[Any, ...]]:
    with redis.pipeline(transaction=False) as pipeline:
        for queue in Queue:
            waiting = RqQueue.redis_queue_namespace_prefix + queue.value
            failed = FailedJobRegistry(queue.value, redis).key
            pipeline.llen(waiting)
            pipeline.lindex(waiting, 0)
            pipeline.smembers(WORKERS_BY_QUEUE_KEY % queue.value)
            pipeline.zcard(failed)
            pipeline.zrange(failed, 0, 0, withscores=True)
        answers = pipeline.execute()
    return list(zip(*[iter(answers)] * 5, strict=True))


def _ask_more(redis: Redis, answers: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return when the first task of each queue was queued, and how many of its workers live."""
    with redis.pipeline(transaction=False) as pipeline:
        for _, first, workers, *_ in answers:
            pipeline.hget(Job.key_for((first or b"none").decode()), "enqueued_at")
            # One that was killed stays on the list; what it reports of itself ends by itself.
            pipeline.exists(*(workers or ["none"]))
        more = pipeline.execute()
    return list(zip(*[iter(more)] * 2, strict=True))


def _of_queue(
    name: str, answer: tuple[Any, ...], more: tuple[Any, ...], now: datetime
) -> Iterator[Reading]:
    waiting, _, _, failed, oldest = answer
    enqueued_at, workers = more
    yield Reading(gauges.QUEUE_TASKS, waiting, (name,))
    queued_ago = now - utcparse(enqueued_at.decode()) if enqueued_at else timedelta()
    yield Reading(gauges.QUEUE_OLDEST, max(queued_ago.total_seconds(), 0.0), (name,))
    yield Reading(gauges.QUEUE_WORKERS, workers, (name,))
    yield Reading(gauges.FAILED_TASKS, failed, (name,))
    # A failed task is kept with the instant at which it is forgotten.
    failed_ago = now.timestamp() + FAILURE_TTL_SECONDS - oldest[0][1] if oldest else 0.0
    yield Reading(gauges.FAILED_OLDEST, max(failed_ago, 0.0), (name,))
