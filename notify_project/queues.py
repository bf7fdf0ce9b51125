"""The registry of queues, and the only way to put a task on one."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from typing import Any

import django_rq
import rq
from django.db import transaction
from redis import Redis, RedisError
from redis.client import Pipeline
from rq import Retry
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer

from notify_project import logs
from notify_project.constants import Queue
from notify_project.redis_connection import redis_connection

# RQ keeps a failed task for a year by default; two weeks are enough to look at one.
FAILURE_TTL_SECONDS = 14 * 24 * 3600
RESULT_TTL_SECONDS = 0

# Where a task keeps the id of the request that queued it.
REQUEST_ID = "request_id"

Task = Callable[..., None]

# Asked before anything is queued; True means: taken care of. The tests use it to refuse, or to
# record, what code wants to queue at the moment it asks, not when a transaction ends.
intercept: Callable[[Task, tuple[str, ...], Queue], bool] | None = None


def enqueue(
    task: Task,
    *args: str,
    queue: Queue,
    delay: timedelta | None = None,
    task_id: str | None = None,
    retry: Retry | None = None,
) -> None:
    """Put a task on a queue once the transaction, if one is open, has been committed.

    Args:
        task: a module-level function; it may run twice, late or never.
        args: ids and plain words as text; never anything personal that can be read.
        queue: where it waits.
        delay: how long it waits at least; needs a running scheduler.
        task_id: by which it can be found, and is described in place of its arguments.
        retry: how often it is tried again; once, and at once, unless given.

    Raises:
        TypeError: an argument is not text.
        redis.RedisError: Redis did not take it; inside a transaction the failure reaches the
            code that ends it.
    """
    if _taken(task, args, queue):
        return
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(
            lambda: _push(task, args, queue, delay=delay, task_id=task_id, retry=retry)
        )
    else:  # on_commit would ask the database, which may be away
        _push(task, args, queue, delay=delay, task_id=task_id, retry=retry)


def enqueue_with(pipeline: Pipeline, task: Task, *args: str, queue: Queue) -> None:
    """Add the commands that enqueue a task to a pipeline, which the caller executes.

    Raises:
        TypeError: an argument is not text.
    """
    if not _taken(task, args, queue):
        _push(task, args, queue, pipeline=pipeline)


def _taken(task: Task, args: tuple[str, ...], queue: Queue) -> bool:
    for argument in args:
        if not isinstance(argument, str):
            raise TypeError(f"{task.__name__} takes text, not {type(argument).__name__}")
    return intercept is not None and intercept(task, args, Queue(queue))


def _push(
    task: Task,
    args: tuple[str, ...],
    queue: Queue,
    *,
    delay: timedelta | None = None,
    pipeline: Pipeline | None = None,
    task_id: str | None = None,
    retry: Retry | None = None,
) -> None:
    rq_queue = _rq_queue(Queue(queue).value, redis_connection())
    options: dict[str, Any] = {
        "description": " ".join([task.__name__, *([task_id] if task_id else args)]),
        "job_id": task_id,
        "failure_ttl": FAILURE_TTL_SECONDS,
        "result_ttl": RESULT_TTL_SECONDS,
        "meta": {REQUEST_ID: logs.request_id()},
        # Without a retry left RQ does not run a task again whose worker died.
        "retry": retry or Retry(max=1),
    }
    if delay is not None:
        rq_queue.enqueue_in(delay, task, *args, **options)
    elif pipeline is not None:
        rq_queue.enqueue_call(task, args=args, pipeline=pipeline, **options)
    else:
        # Without a pipeline RQ makes a round trip of each of its commands.
        with redis_connection().pipeline() as own:
            rq_queue.enqueue_call(task, args=args, pipeline=own, **options)
            own.execute()


@lru_cache(maxsize=256)
def _rq_queue(name: str, connection: Redis) -> rq.Queue:
    # django-rq would open a connection, and ask for the server's version, for each call.
    return django_rq.get_queue(name, connection=connection)


def is_scheduler_alive() -> bool:
    """Tell whether a process moves tasks to their queues whose delay is over.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    locks = [RQScheduler.get_locking_key(queue.value) for queue in Queue]
    return bool(redis_connection().exists(*locks))


class DelayedTasks:
    """Moves tasks whose delay is over to their queues; one holder at a time does."""

    def __init__(self) -> None:
        self._scheduler: RQScheduler | None = None

    def move_due(self) -> None:
        """Move what is due; to be called every second or so.

        Raises:
            redis.RedisError: Redis did not answer.
        """
        if self._scheduler is None:
            self._scheduler = RQScheduler(
                [queue.value for queue in Queue], redis_connection(), serializer=JSONSerializer
            )
        self._scheduler.acquire_locks()  # type: ignore[no-untyped-call]  # RQ has no types
        self._scheduler.enqueue_scheduled_jobs()  # type: ignore[no-untyped-call]  # as above

    def release(self) -> None:
        """Let another holder go on at once; without Redis, the locks end by themselves."""
        if self._scheduler is not None:
            with suppress(RedisError):
                self._scheduler.release_locks()  # type: ignore[no-untyped-call]  # as above
