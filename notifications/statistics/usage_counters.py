"""A day's counters of template usage in Redis: their names, and when they can be believed.

One hash for each service and London day: template id -> count. It counts as complete only while
its reserved field names the current generation. Only a rebuild writes that field, so counters
that grew again after a loss are recognised.
"""

import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from redis import Redis
from redis.exceptions import ResponseError

from notify_project.redis_connection import ask_redis, redis_connection

logger = logging.getLogger(__name__)

# A day longer than the longest report, so that no increment meets a key that has just expired.
KEEP_SECONDS = 8 * 24 * 3600
# Cannot collide with a template's id.
COMPLETE = "~complete"
GENERATION_KEY = "template-usage-generation"
RUN_ID_SECONDS = 30

Fields = Mapping[bytes, bytes]

_run_id: tuple[float, str] | None = None


def usage_key(service_id: UUID, day: date) -> str:
    """Return the key of a day's hash."""
    return f"service-{service_id}-template-usage-{day.isoformat()}"


def lock_key(key: str) -> str:
    """Return the key that a running rebuild holds."""
    return f"{key}:rebuild"


def asked_key(key: str) -> str:
    """Return the key that says: a rebuild waits in the queue."""
    return f"{key}:rebuild-asked"


def combine(generation: bytes, run_id: str) -> str:
    """Return the generation: it changes with a flush, a restart, a failover or by request."""
    return f"{generation.decode()}:{run_id}" if run_id else generation.decode()


def read_hashes(client: Redis, keys: Sequence[str]) -> tuple[str, list[Fields]]:
    """Read the current generation and, after it, some hashes, in one round trip.

    Returns:
        The generation, and the fields of each key: none for a key that is not a hash.

    Raises:
        redis.RedisError: no answer, or not the permission to ask.
    """
    pipeline = client.pipeline(transaction=False)
    pipeline.set(GENERATION_KEY, str(uuid.uuid4()), nx=True)
    pipeline.get(GENERATION_KEY)
    if settings.TEMPLATE_USAGE_USE_RUN_ID:
        pipeline.info("server")
    for key in keys:
        pipeline.hgetall(key)
    answers: list[Any] = pipeline.execute(raise_on_error=False)
    hashes = answers[len(answers) - len(keys) :]
    for answer in answers[: len(answers) - len(keys)]:
        if isinstance(answer, Exception):
            raise answer
    run_id = answers[2]["run_id"] if settings.TEMPLATE_USAGE_USE_RUN_ID else ""
    return combine(answers[1], run_id), [
        _fields_of(key, answer) for key, answer in zip(keys, hashes, strict=True)
    ]


def trusted_counts(fields: Fields, generation: str) -> dict[UUID, int] | None:
    """Return a hash's counts, or None if they cannot be believed."""
    if fields.get(COMPLETE.encode()) != generation.encode():
        return None
    counts = whole_counts(fields)
    # A field that is no template's, or a value that is no number: somebody else wrote here.
    return counts if len(counts) == len(fields) - 1 else None


def whole_counts(fields: Fields) -> dict[UUID, int]:
    """Return the fields of a hash that are a template's id with a whole number."""
    return {
        template_id: int(value)
        for field, value in fields.items()
        if (template_id := _template_id(field)) and value.isdigit()
    }


def is_current(marker: bytes | None, generation: bytes | None) -> bool:
    """Tell whether a hash's marker, read with the generation's key, is the current one.

    Raises:
        RedisUnavailable: the server's run id was not known and could not be read.
    """
    if marker is None or generation is None:
        return False
    return marker.decode() == combine(generation, _known_run_id())


def start_new_generation() -> None:
    """Distrust every counter.

    Raises:
        redis.RedisError: Redis did not take it.
    """
    redis_connection().set(GENERATION_KEY, str(uuid.uuid4()))


def forget_run_id() -> None:
    """Ask for the server's run id again: a connection failed, it may be another server now."""
    global _run_id  # noqa: PLW0603 - one memory for the whole process
    _run_id = None


def _known_run_id() -> str:
    global _run_id  # noqa: PLW0603
    if not settings.TEMPLATE_USAGE_USE_RUN_ID:
        return ""
    if _run_id is None or time.monotonic() - _run_id[0] >= RUN_ID_SECONDS:
        _run_id = None
        server = ask_redis("INFO server", lambda client: client.info("server"))
        _run_id = (time.monotonic(), str(server["run_id"]))
    return _run_id[1]


def _fields_of(key: str, answer: Any) -> Fields:
    if isinstance(answer, ResponseError) and str(answer).startswith("WRONGTYPE"):
        logger.warning("redis failed: HGETALL %s: it is not a hash", key)
        return {}
    if isinstance(answer, Exception):
        raise answer
    fields: Fields = answer
    return fields


def _template_id(field: bytes) -> UUID | None:
    try:
        template_id = UUID(field.decode())
    except ValueError:
        return None
    return template_id if str(template_id).encode() == field else None
