"""Telling a database that is away from a statement that failed, before or after it."""

import select
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

# Source: PostgreSQL, appendix A: connection exceptions, insufficient resources, shutdown, and a
# server that may only be read, while another is about to take over from it.
_AWAY_CLASSES = ("08", "53", "57P", "25006")
# Same source: a deadlock or the like, a lock that others hold, a statement that took too long.
_PASSING_CLASSES = (*_AWAY_CLASSES, "40", "55P03", "57014")

# How often a transaction is begun in all that others are in the way of.
TIMES: Final = 4

_T = TypeVar("_T")


def is_away(error: BaseException) -> bool:
    """Say whether an error means that the database cannot be reached, or written, just now.

    A connection that the server ends in the middle of a statement is, to psycopg2, a plain
    ``DatabaseError`` without a code; only asking again shows that the connection is gone.
    """
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, DatabaseError):
        return False
    code: str | None = getattr(error.__cause__, "pgcode", None)
    if code is not None:
        return code.startswith(_AWAY_CLASSES)
    # Whatever a statement does wrong has a code; this has none.
    return isinstance(error, OperationalError) or not connection.is_usable()


def may_pass(error: BaseException) -> bool:
    """Say whether the same statement may succeed a moment later."""
    code: str | None = getattr(error.__cause__, "pgcode", None)
    return is_away(error) if code is None else code.startswith(_PASSING_CLASSES)


def again_if_crossed(transact: Callable[[], _T]) -> _T:
    """Run a transaction that locks many rows, anew if it crossed another one that does so.

    Raises:
        OperationalError: it was in the way each time, or something else is wrong.
    """
    for _ in range(TIMES - 1):
        try:
            return transact()
        except OperationalError as error:
            if is_away(error) or not may_pass(error):
                raise
    return transact()


def reconnect() -> None:
    """Let the next statement open another connection, perhaps to another server.

    Not only when this one is dead: a server that may only be read goes on to answer.
    """
    if not connection.in_atomic_block:
        connection.close()


def drop_dead_connection() -> None:
    """Close a connection that the server has ended, so that the next statement opens another.

    A server that is well says nothing unasked, so it takes no round trip to see.
    """
    raw = connection.connection
    if raw is None or connection.in_atomic_block:
        return
    if raw.closed or _has_something_to_say(raw):
        connection.close()


def _has_something_to_say(raw: Any) -> bool:
    poller = select.poll()  # select() knows no file beyond the first 1024
    poller.register(raw, select.POLLIN)
    return bool(poller.poll(0))
