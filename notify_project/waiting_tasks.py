"""Tasks of which one waits at a time, however many ask for it."""

import logging

from redis import Redis, RedisError

from notify_project.constants import Queue
from notify_project.queues import Task, enqueue
from notify_project.redis_connection import (
    Batch,
    RedisUnavailable,
    ask_redis,
    redis_connection,
)

logger = logging.getLogger(__name__)

# A task lost by RQ leaves its flag behind; it must not silence what it is for for long.
FLAG_SECONDS = 30


def raise_flag(target: Batch | Redis, name: str) -> object:
    """Raise the flag of a task; the answer is true for the one who must queue it."""
    return target.set(_key(name), "1", nx=True, ex=FLAG_SECONDS)


def enqueue_flagged(name: str, task: Task, *args: str, queue: Queue) -> None:
    """Queue a task whose flag the caller has just raised.

    Raises:
        redis.RedisError: it is not queued, and the flag is down again.
    """
    try:
        enqueue(task, *args, queue=queue)
    except RedisError:
        redis_connection().delete(_key(name))
        raise


def wake(name: str, task: Task, *args: str, queue: Queue) -> None:
    """Queue a task unless one waits; without Redis, log and go on: the schedule tries again.

    Args:
        name: of the flag.
        task: lowers the flag when it starts.
        args: of the task.
        queue: where it waits.
    """

    def queue_once(redis: Redis) -> None:
        if raise_flag(redis, name):
            enqueue_flagged(name, task, *args, queue=queue)

    try:
        ask_redis(f"wake {name}", queue_once)
    except RedisUnavailable:
        logger.warning("%s: not woken; the schedule tries again", name)


def lower_flag(name: str) -> None:
    """Make way for another task: the first thing that a task does.

    What comes from now on gets a task of its own.
    """
    try:
        ask_redis(f"lower flag of {name}", lambda redis: redis.delete(_key(name)))
    except RedisUnavailable:
        logger.warning("%s: the flag stays up until it ends by itself", name)


def _key(name: str) -> str:
    return f"{name}-waiting"
