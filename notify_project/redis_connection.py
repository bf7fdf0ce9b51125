"""Redis for counters, caches and flags: short timeouts, and a second's rest after a failure."""

import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha1
from typing import Any, TypeVar

from django.conf import settings
from hiredis import pack_command
from redis import Redis, RedisError
from redis import exceptions as redis_exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from notify_project import redis_sentinel

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

# After a failure nobody asks again for this long: with Redis away a request must not pay
# a timeout for each of its questions.
SILENCE_SECONDS = 1.0

_NO_SERVER = (OSError, redis_exceptions.ConnectionError, redis_exceptions.TimeoutError)
_state = threading.local()
_silent_until = 0.0


class RedisUnavailable(Exception):
    """Redis is switched off, or did not answer."""


def redis_connection() -> Redis:
    """Return this thread's connection; errors are redis-py's own."""
    client: Redis | None = getattr(_state, "client", None)
    if client is None or _state.url != settings.REDIS_URL:
        is_sentinel = redis_sentinel.is_sentinel(settings.REDIS_URL)
        client = (redis_sentinel.client if is_sentinel else Redis.from_url)(
            settings.REDIS_URL,
            socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
            socket_timeout=settings.REDIS_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        _state.client, _state.url = client, settings.REDIS_URL
    return client


class Batch:
    """Commands for one round trip over a connection that this thread keeps.

    A client of redis-py spends more time on a command than Redis does, with pools, retries and
    hooks at each; where every message pays for it, this writes and reads directly.
    """

    def __init__(self) -> None:
        self._commands: list[tuple[Any, ...]] = []
        # Place among the commands -> text of the script that is run there.
        self._scripts: dict[int, str] = {}

    def eval(self, script: str, numkeys: int, *keys_and_args: str | float) -> "Batch":
        """Add a script, run by its digest; a server that does not know it is sent its text."""
        self._scripts[len(self._commands)] = script
        self._commands.append(("EVALSHA", _digest(script), numkeys, *keys_and_args))
        return self

    def set(self, name: str, value: str, *, nx: bool, ex: int) -> "Batch":
        """Add a SET that ends by itself."""
        self._commands.append(("SET", name, value, *(["NX"] if nx else []), "EX", ex))
        return self

    def answers(self, client: Redis) -> list[Any]:
        """Send everything and return the answers; a command's own error is its answer.

        Raises:
            redis.RedisError: the server is away.
        """
        connection = _kept_connection(client)
        try:
            return self._exchange(connection)
        except redis_exceptions.ConnectionError:
            # The server may have been restarted since the last message, or another be the primary.
            connection.disconnect()
            connection.connect()
            return self._exchange(connection)
        except BaseException:
            # An answer that nobody read would be taken for the next one's.
            connection.disconnect()
            raise

    def _exchange(self, connection: Any) -> list[Any]:
        answers = _exchange(connection, self._commands)
        unknown = [
            place
            for place in self._scripts
            if isinstance(answers[place], redis_exceptions.NoScriptError)
        ]
        if unknown:
            # The server was restarted, or its scripts were flushed: none of these has run.
            commands = [
                ("EVAL", self._scripts[place], *self._commands[place][2:]) for place in unknown
            ]
            for place, answer in zip(unknown, _exchange(connection, commands), strict=True):
                answers[place] = answer
        return answers


@lru_cache(maxsize=64)
def _digest(script: str) -> str:
    return sha1(script.encode(), usedforsecurity=False).hexdigest()


def _exchange(connection: Any, commands: list[tuple[Any, ...]]) -> list[Any]:
    connection.send_packed_command([b"".join(map(pack_command, commands))])
    return [_answer(connection) for _ in commands]


def _answer(connection: Any) -> Any:
    try:
        return connection.read_response()
    except redis_exceptions.ResponseError as error:
        return error


def _kept_connection(client: Redis) -> Any:
    """Return a connection of redis-py, whose methods have no types."""
    kept = getattr(_state, "kept", None)
    if kept is None or _state.kept_for is not client:
        kept = client.connection_pool.get_connection()
        _state.kept, _state.kept_for = kept, client
    return kept


def ask_redis(operation: str, question: Callable[[Redis], Answer]) -> Answer:
    """Ask Redis something that the caller can do without.

    Args:
        operation: what is asked, for the log; never a recipient or a value.
        question: called with the connection.

    Raises:
        RedisUnavailable: switched off, or failed now or within the last second. A failure is
            logged once, as a warning.
    """
    global _silent_until  # noqa: PLW0603 - one switch for the whole process
    if not settings.REDIS_ENABLED:
        raise RedisUnavailable("redis is switched off")
    if time.monotonic() < _silent_until:
        raise RedisUnavailable("redis failed a moment ago")
    try:
        return question(redis_connection())
    except (RedisError, OSError) as error:
        # An answer of the wrong kind is one key's trouble; only a silent server silences us.
        if isinstance(error, _NO_SERVER):
            _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("redis failed: %s: %s", operation, type(error).__name__)
        raise RedisUnavailable(operation) from error


def forget_failures() -> None:
    """Ask again at once: the tests' switch, and an operator's after a repair."""
    global _silent_until  # noqa: PLW0603
    _silent_until = 0.0
