"""How a line of the log looks, and the request that it belongs to.

The id of a request is the one that its answer shows as ``X-B3-TraceId``. Tasks that a request
queues go on under it; a task that nobody's request queued has its own id instead.

A caller may name its request. One that we name lends its id to the first message that it makes, so
that the request of a message is known without a word about it in the message's row.
"""

import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_message_id: ContextVar[uuid.UUID | None] = ContextVar("message_id", default=None)


def request_id() -> str:
    """Return the id of the request, or task, that this is part of; empty outside both."""
    return _request_id.get()


@contextmanager
def belonging_to(given: str, *, message_id: uuid.UUID | None = None) -> Iterator[None]:
    """Let what happens inside belong to a request.

    Args:
        given: its id.
        message_id: the same as the id of the first message that is made inside; None where somebody
            else chose the id, who may choose it again.
    """
    token, message_token = _request_id.set(given), _message_id.set(message_id)
    try:
        yield
    finally:
        _message_id.reset(message_token)
        _request_id.reset(token)


def new_message_id() -> uuid.UUID:
    """Return an id that no message has, the request's own where it lends it."""
    lent = _message_id.get()
    if lent is None:
        return uuid.uuid4()
    _message_id.set(None)
    return lent


def request_of_message(message_id: uuid.UUID) -> uuid.UUID | None:
    """Return the request that this is part of, as a message's row keeps it.

    None where the message's own id says it, or where this is part of no request.
    """
    given = _request_id.get()
    if not given or given == message_id.hex:
        return None
    found = read_request_id(given)
    return None if found == message_id else found


def read_request_id(text: str) -> uuid.UUID | None:
    """Read the id of a request, of 16 or 32 digits; None for anything else.

    Source: B3 propagation, which fills an id of 16 digits up with zeros.
    """
    try:
        return uuid.UUID(text.zfill(32)) if text else None
    except ValueError:
        return None


def written_request_id(found: uuid.UUID) -> str:
    """Return the id of a request as its answer, and its lines, show it."""
    return found.hex.removeprefix("0" * 16)


class RequestId(logging.Filter):
    """Puts the request's id into every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass."""
        record.request_id = request_id() or "-"
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
            "process": record.process,
        }
        if alert := getattr(record, "alert", None):
            line["alert"] = alert
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)
