"""A service's own server, which is told what became of messages."""

import contextlib
import json
import re
import threading
import time

from pytest_httpserver import HTTPServer
from werkzeug import Response

from notifications.tests.callbacks.certificates import server_context

SLOW_SECONDS = 6


class Listener:
    """What was told, where and when; the path decides the answer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._calls = []
        self._lock = threading.Lock()

    def handle(self, request):
        """Take one call."""
        body = json.loads(request.data)
        path = request.path.strip("/")
        with self._lock:
            first = not self.count(path, body["id"])
            self._calls.append((path, body, time.monotonic()))
        if path == "slow" and first:
            time.sleep(SLOW_SECONDS)
        return Response(status={"always_failing": 500, "not_found": 404}.get(path, 204))

    def told(self, path, message_id):
        """Return what was told of a message at a path, in its order."""
        return [body for body, _ in self._of(path, message_id)]

    def times(self, path, message_id):
        """Return when that was."""
        return [at for _, at in self._of(path, message_id)]

    def count(self, path, message_id):
        """Return how often that was."""
        return len(self._of(path, message_id))

    def _of(self, path, message_id):
        return [
            (body, at)
            for each, body, at in self._calls
            if each == path and body["id"] == message_id
        ]


@contextlib.contextmanager
def listening(certificate):
    """Give a listener on loopback that speaks TLS until the block ends."""
    with HTTPServer(
        host="127.0.0.1", ssl_context=server_context(*certificate), threaded=True
    ) as server:
        listener = Listener(server.url_for("").rstrip("/"))
        server.expect_request(re.compile(".*")).respond_with_handler(listener.handle)
        yield listener
