"""What is read often and changes rarely, remembered in Redis and, for seconds, in the process.

A remembered value is written whole from the database and dropped on change. Nothing increments
or edits it: counters have keys of their own.
"""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from redis import Redis, RedisError

from notify_project import clock
from notify_project.constants import EXPIRE_CACHE_TEN_MINUTES
from notify_project.database import is_away
from notify_project.redis_connection import RedisUnavailable, ask_redis, redis_connection

logger = logging.getLogger(__name__)
Value = TypeVar("Value")

# Older than ten minutes, a value only serves while the database cannot be reached.
STALE_SECONDS = 8 * 24 * 3600
# A reader that took longer than this from its look at the fence does not write: the fence that
# would have stopped it may have expired.
LONGEST_COMPUTE_SECONDS = 120.0
FENCE_SECONDS = 600
# While the database is away nobody asks it again for this long, if an older value is known: what
# goes on without it must not wait for a connection each time it reads something.
AWAY_SECONDS = 30.0
MAX_LOCAL_ENTRIES = 10_000

# Stores a value unless the key was dropped after the reader had looked.
_STORE = """
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""

# Keys whose drop did not reach Redis; dropped before the next look.
_owed: set[str] = set()
_away_until = 0.0


def remember(
    key: str,
    compute: Callable[[], Value],
    *,
    encode: Callable[[Value], str | None],
    decode: Callable[[str], Value],
) -> Value:
    """Return a value at most ten minutes old, computing it when none is remembered.

    Never call it in a transaction that has changed what is read: others would see it too early.

    Args:
        key: what is remembered, in the words of the product.
        compute: reads the value from the database.
        encode: writes it as text; None means that it is not worth remembering.
        decode: reads it back; a ValueError means that it cannot be read any more.

    Raises:
        django.db.OperationalError: the database cannot be reached, and no older value is known.
    """
    global _away_until  # noqa: PLW0603 - one switch for the whole process
    looked_at = time.monotonic()
    try:
        text, fence = ask_redis(f"read cache {key}", lambda connection: _look(connection, key))
    except RedisUnavailable:
        return compute()
    found = _read(key, text, decode)
    if found is not None and (found[1] or looked_at < _away_until):
        return found[0]
    try:
        value = compute()
    except (DatabaseError, InterfaceError) as error:
        if found is None or not is_away(error):
            raise
        _away_until = time.monotonic() + AWAY_SECONDS
        logger.warning("the database cannot be reached: an old copy of %s is used", key)
        return found[0]
    new_text = encode(value)
    if new_text is not None and time.monotonic() - looked_at < LONGEST_COMPUTE_SECONDS:
        _store(key, new_text, fence)
    return value


def forget(key: str) -> None:
    """Drop what is remembered, and keep readers that are under way from writing it back.

    Never raises: without Redis the drop is made up for at this process's next look.
    """
    if not settings.REDIS_ENABLED:
        return
    try:
        # Not through ask_redis: its second of silence must not swallow a drop.
        _drop(redis_connection(), key)
    except (RedisError, OSError):
        _owed.add(key)
        logger.exception("%s was not dropped from the cache: readers may see it for minutes", key)


def forget_failures() -> None:
    """Ask the database again at once: the tests' switch."""
    global _away_until  # noqa: PLW0603 - as above
    _away_until = 0.0


class LocalMemory(Generic[Value]):
    """This process's memory of ``settings.READ_MODEL_SECONDS``; with 0 it remembers nothing."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[float, Value]] = {}

    def remember(self, key: str, compute: Callable[[], Value]) -> Value:
        """Return what is remembered, or compute it."""
        seconds = settings.READ_MODEL_SECONDS
        if not seconds:
            return compute()
        entry = self._entries.get(key)
        if entry is not None and entry[0] > time.monotonic():
            return entry[1]
        value = compute()
        if len(self._entries) >= MAX_LOCAL_ENTRIES:
            self._entries.clear()
        self._entries[key] = (time.monotonic() + seconds, value)
        return value

    def forget(self, key: str) -> None:
        """Drop one value."""
        self._entries.pop(key, None)


def _names(key: str) -> tuple[str, str]:
    return f"cache:{key}", f"cache-fence:{key}"


def _look(connection: Redis, key: str) -> tuple[bytes | None, bytes]:
    for owed in tuple(_owed):
        _drop(connection, owed)
        _owed.discard(owed)
    text, fence = cast("list[bytes | None]", connection.mget(_names(key)))
    return text, fence or b""


def _read(
    key: str, text: bytes | None, decode: Callable[[str], Value]
) -> tuple[Value, bool] | None:
    """Return the value and whether it is fresh."""
    if text is None:
        return None
    try:
        fresh_until, _, encoded = text.decode().partition(" ")
        return decode(encoded), clock.now().timestamp() < float(fresh_until)
    except ValueError:
        logger.warning("what the cache holds for %s cannot be read", key)
        return None


def _store(key: str, text: str, fence: bytes) -> None:
    dated = f"{clock.now().timestamp() + EXPIRE_CACHE_TEN_MINUTES:.0f} {text}"
    try:
        ask_redis(
            f"write cache {key}",
            lambda connection: connection.register_script(_STORE)(
                keys=_names(key), args=[fence, dated, STALE_SECONDS]
            ),
        )
    except RedisUnavailable:
        return


def _drop(connection: Redis, key: str) -> None:
    value, fence = _names(key)
    with connection.pipeline() as pipeline:
        pipeline.delete(value)
        pipeline.set(fence, uuid.uuid4().hex, ex=FENCE_SECONDS)
        pipeline.execute()
