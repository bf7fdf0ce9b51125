"""How a line of the log looks, and the request that it belongs to.

The id of a request is the one that its answer shows as ``X-B3-TraceId``. Tasks that a request
queues go on under it; a task that nobody's request queued has its own id instead.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Return the id of the request, or task, that this is part of; empty outside both."""
    return _request_id.get()


@contextmanager
def belonging_to(given: str) -> Iterator[None]:
    """Let what happens inside belong to a request."""
    token = _request_id.set(given)
    try:
        yield
    finally:
        _request_id.reset(token)


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
