"""What waits in the queues, what failed, and what support staff do about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.contrib.auth.base_user import AbstractBaseUser
from redis import Redis
from rq import Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.constants import Queue
from notify_project.redis_connection import redis_connection

SHOWN: Final = 50
# Ids, days and plain words; what is longer is sealed, or something that nobody should read.
_PLAIN: Final = re.compile(r"[\w:.+-]{1,64}")
_FRAME: Final = re.compile(r'^  File "([^"]+)", line (\d+), in (\S+)', re.MULTILINE)
_ERROR: Final = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)")


class TaskRefused(ApiError):
    """A task that stays where it is."""


class NoSuchQueue(TaskRefused):
    """A queue that there is not."""

    status_code = 404


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How one queue stands."""

    name: str
    waiting: int
    running: int
    delayed: int
    failed: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """What one worker does."""

    name: str
    queues: str
    state: str
    busy_with: str
    seen_at: datetime | None
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task that failed for good; of its error only what cannot name anybody."""

    id: str
    function: str
    arguments: str
    queued_at: datetime | None
    failed_at: datetime | None
    error: str
    frames: tuple[str, ...]
    is_kept: bool


def figures() -> list[QueueFigures]:
    """Return how all queues stand, in one round trip and one more for the oldest tasks.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    connection, names = redis_connection(), [queue.value for queue in Queue]
    with connection.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.llen(f"rq:queue:{name}")
            for kind in ("wip", "scheduled", "failed"):
                pipeline.zcard(f"rq:{kind}:{name}")
            pipeline.lindex(f"rq:queue:{name}", 0)
        answers = pipeline.execute()
    rows = [answers[start : start + 5] for start in range(0, len(answers), 5)]
    oldest = _queued_at(connection, [row[4] for row in rows])
    return [
        QueueFigures(name, row[0], row[1], row[2], row[3], began)
        for name, row, began in zip(names, rows, oldest, strict=True)
    ]


def workers() -> list[WorkerFigures]:
    """Return what the workers do.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    found = sorted(Worker.all(connection=redis_connection()), key=lambda each: each.name)[:200]
    return [
        WorkerFigures(
            name=each.name,
            queues=", ".join(each.queue_names()),
            state=str(each.get_state()),
            busy_with=each.get_current_job_id() or "",
            seen_at=_aware(each.last_heartbeat),
            done=each.successful_job_count,
            failed=each.failed_job_count,
        )
        for each in found
    ]


def failed_tasks(queue: str, *, page: int = 1) -> tuple[list[FailedTask], int]:
    """Return a page of the tasks of a queue that failed, newest first, and how many there are.

    Raises:
        NoSuchQueue: there is none of this name.
        redis.RedisError: Redis did not answer.
    """
    connection = redis_connection()
    key = _registry(queue, connection).key
    first = (max(page, 1) - 1) * SHOWN
    found = cast("list[bytes]", connection.zrevrange(key, first, first + SHOWN - 1))
    ids = [each.decode() for each in found]
    jobs = Job.fetch_many(ids, connection, serializer=JSONSerializer)
    return [_shown(job) for job in jobs if job is not None], int(connection.zcard(key))


def run_again(queue: str, task_id: str, *, actor: AbstractBaseUser | None, reason: str) -> None:
    """Put a failed task back on its queue.

    Raises:
        TaskRefused: it has not failed there, or no reason is given.
        redis.RedisError: Redis did not answer.
    """
    job, registry = _failed(queue, task_id, reason)
    registry.requeue(job)
    # RQ leaves it the end that it was given when it failed.
    redis_connection().persist(job.key)
    _record("run task again", queue, job, actor=actor, reason=reason)


def drop(queue: str, task_id: str, *, actor: AbstractBaseUser | None, reason: str) -> None:
    """Forget a failed task.

    Raises:
        TaskRefused: it has not failed there, it is the only place where a message is, or no reason
            is given.
        redis.RedisError: Redis did not answer.
    """
    job, _ = _failed(queue, task_id, reason)
    if _is_kept(job):
        raise TaskRefused("It carries what is nowhere else: run it again")
    _record("drop task", queue, job, actor=actor, reason=reason)
    job.delete()


def _record(
    action: str, queue: str, job: Job, *, actor: AbstractBaseUser | None, reason: str
) -> None:
    after = {"task": job.id, "function": job.func_name}
    audit.record(action, audit.Switch(f"queue {queue}"), actor=actor, after=after, reason=reason)


def _failed(queue: str, task_id: str, reason: str) -> tuple[Job, FailedJobRegistry]:
    connection = redis_connection()
    registry = _registry(queue, connection)
    if not reason.strip():
        raise TaskRefused("Say why")
    if connection.zscore(registry.key, task_id) is None:
        raise TaskRefused("It is not among the failed tasks of this queue: look again")
    try:
        return Job.fetch(task_id, connection=connection, serializer=JSONSerializer), registry
    except NoSuchJobError:
        raise TaskRefused("Nothing is left of this task") from None


def _registry(queue: str, connection: Redis) -> FailedJobRegistry:
    if queue not in Queue.values:
        raise NoSuchQueue(f"There is no queue {queue}")
    return FailedJobRegistry(queue, connection, serializer=JSONSerializer)


def _queued_at(connection: Redis, ids: list[bytes | None]) -> Iterator[datetime | None]:
    wanted = [each.decode() for each in ids if each]
    jobs = Job.fetch_many(wanted, connection, serializer=JSONSerializer) if wanted else []
    known = {job.id: _aware(job.enqueued_at) for job in jobs if job is not None}
    return (known.get(each.decode()) if each else None for each in ids)


def _shown(job: Job) -> FailedTask:
    result = job.latest_result()
    text = str(getattr(result, "exc_string", None) or job.exc_info or "")
    return FailedTask(
        id=job.id,
        function=str(job.func_name).rpartition(".")[2],
        arguments=" ".join(map(_plain, job.args)),
        queued_at=_aware(job.enqueued_at),
        failed_at=_aware(job.ended_at),
        error=_error(text),
        frames=tuple(f"{path}:{line} {name}" for path, line, name in _FRAME.findall(text)[-12:]),
        is_kept=_is_kept(job),
    )


def _error(text: str) -> str:
    """Return the kind of an error; its words may name a recipient."""
    lines = [line for line in text.splitlines() if line and not line.startswith(" ")]
    found = _ERROR.match(lines[-1]) if lines else None
    return found[1].rpartition(".")[2] if found else "unknown"


def _plain(argument: object) -> str:
    text = str(argument)
    return text if _PLAIN.fullmatch(text) else f"(sealed, {len(text)} characters)"


def _is_kept(job: Job) -> bool:
    return any(not _PLAIN.fullmatch(str(argument)) for argument in job.args)


def _aware(instant: datetime | None) -> datetime | None:
    if instant is None or instant.tzinfo is not None:
        return instant
    return instant.replace(tzinfo=clock.now().tzinfo)
