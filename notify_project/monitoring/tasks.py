"""What Redis says about queues, their workers and tasks that failed."""

from collections.abc import Iterator
from datetime import datetime
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
    enqueued_at = _enqueued_at(redis, [first for _, first, *_ in answers])
    found: list[Reading] = []
    for queue, answer, since in zip(Queue, answers, enqueued_at, strict=True):
        found += _of_queue(queue.value, answer, since, now)
    return found


def _ask(redis: Redis) -> list[tuple[Any, ...]]:
    with redis.pipeline(transaction=False) as pipeline:
        for queue in Queue:
            waiting = RqQueue.redis_queue_namespace_prefix + queue.value
            failed = FailedJobRegistry(queue.value, redis).key
            pipeline.llen(waiting)
            pipeline.lindex(waiting, 0)
            pipeline.scard(WORKERS_BY_QUEUE_KEY % queue.value)
            pipeline.zcard(failed)
            pipeline.zrange(failed, 0, 0, withscores=True)
        answers = pipeline.execute()
    return list(zip(*[iter(answers)] * 5, strict=True))


def _enqueued_at(redis: Redis, task_ids: list[bytes | None]) -> list[datetime | None]:
    with redis.pipeline(transaction=False) as pipeline:
        for task_id in task_ids:
            pipeline.hget(Job.key_for((task_id or b"none").decode()), "enqueued_at")
        return [utcparse(text.decode()) if text else None for text in pipeline.execute()]


def _of_queue(
    name: str, answer: tuple[Any, ...], since: datetime | None, now: datetime
) -> Iterator[Reading]:
    waiting, _, workers, failed, oldest = answer
    yield Reading(gauges.QUEUE_TASKS, waiting, (name,))
    age = 0.0 if since is None else (now - since).total_seconds()
    yield Reading(gauges.QUEUE_OLDEST, max(age, 0.0), (name,))
    yield Reading(gauges.QUEUE_WORKERS, workers, (name,))
    yield Reading(gauges.FAILED_TASKS, failed, (name,))
    # A failed task is kept with the instant at which it is forgotten.
    failed_ago = now.timestamp() + FAILURE_TTL_SECONDS - oldest[0][1] if oldest else 0.0
    yield Reading(gauges.FAILED_OLDEST, max(failed_ago, 0.0), (name,))
