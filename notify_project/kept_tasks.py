"""Tasks that carry what is nowhere else yet: look at them, and put failed ones back."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import cast

from redis import Redis
from rq import get_current_job
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from notify_project.constants import Queue
from notify_project.queues import FAILURE_TTL_SECONDS, Task
from notify_project.redis_connection import redis_connection

FETCHED_AT_ONCE = 100


def running_task_id() -> str | None:
    """Return the id of the task that runs here; None outside a worker."""
    job = get_current_job()
    return None if job is None else job.id


def is_last_attempt() -> bool:
    """Tell whether the task that runs here is not tried again if it fails."""
    job = get_current_job()
    return job is None or not job.should_retry


def never_again() -> None:
    """Let the task that runs here not be tried again when it fails."""
    job = get_current_job()
    if job is not None:
        job.retries_left = 0


def find_argument(connection: Redis, task: Task, task_id: str) -> str | None:
    """Return the first argument of a task that waits, runs or has failed.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    job = _fetch(connection, task_id)
    if job is None or job.func_name != _path(task) or not job.args:
        return None
    return str(job.args[0])


def first_arguments(connection: Redis, task: Task) -> Iterator[tuple[str, str]]:
    """Yield id and first argument of each such task, wherever it waits, runs or was left.

    One that is queued meanwhile may be missing.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    keys = connection.scan_iter(match=f"{Job.redis_job_namespace_prefix}*", count=1000)
    names = (key.decode().removeprefix(Job.redis_job_namespace_prefix) for key in keys)
    # Behind a colon are the parts of a task.
    ids = (name for name in names if ":" not in name)
    while batch := list(islice(ids, FETCHED_AT_ONCE)):
        for job in Job.fetch_many(batch, connection, serializer=JSONSerializer):
            if job is not None and job.func_name == _path(task) and job.args:
                yield job.id, str(job.args[0])


def drop(connection: Redis, task_id: str) -> None:
    """Remove a task from wherever it is; one that is not there is no trouble.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    job = _fetch(connection, task_id)
    if job is not None:
        job.delete()


def requeue_failed(
    task: Task, queues: Iterable[Queue], *, retries: int, since: datetime | None = None
) -> int:
    """Put the tasks that have failed for good back on their queues; return how many.

    Args:
        task: which.
        queues: where they may have failed.
        retries: how often each may fail anew.
        since: only those that failed at this instant or later.

    Raises:
        redis.RedisError: Redis did not answer; some may be back.
    """
    connection, count = redis_connection(), 0
    for queue in queues:
        registry = FailedJobRegistry(queue.value, connection, serializer=JSONSerializer)
        # Each has the instant at which it is forgotten.
        earliest = "-inf" if since is None else since.timestamp() + FAILURE_TTL_SECONDS
        ids = cast("list[bytes]", connection.zrangebyscore(registry.key, earliest, "+inf"))
        for task_id in ids:
            job = _fetch(connection, task_id.decode())
            if job is not None and job.func_name == _path(task):
                job.retries_left = retries
                registry.requeue(job)
                # RQ leaves it the end that it was given when it failed.
                connection.persist(job.key)
                count += 1
    return count


def _fetch(connection: Redis, task_id: str) -> Job | None:
    try:
        return Job.fetch(task_id, connection=connection, serializer=JSONSerializer)
    except NoSuchJobError:
        return None


def _path(task: Task) -> str:
    return f"{task.__module__}.{task.__name__}"
