"""The stand-in of a service's own server, which is told what became of messages."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from deploy.stub_behaviour import MODES, Behaviour, respond
from deploy.stub_http import Answer, Request
from deploy.stub_journal import Journal


class Endpoint:
    """Takes calls and keeps the last ones."""

    modes: tuple[str, ...] = MODES

    def __init__(self, name: str, *, keep: int, journal: Journal) -> None:
        self.name = name
        self.journal = journal
        self.behaviour = Behaviour()
        self.total = 0
        self.calls: deque[dict[str, Any]] = deque(maxlen=keep)

    async def answer(self, request: Request) -> Answer:
        """Answer one call.

        Raises:
            ConnectionDropped: the connection is to be reset.
        """
        body = _read(request)
        if body is None:
            return Answer.of_json(400, {"error": "a POST of a JSON object is wanted"})
        entry = self.journal.begin(self.name, str(body.get("id", "")))
        return await respond(self.behaviour, entry, lambda: self._take(request, body))

    def _take(self, request: Request, body: dict[str, Any]) -> Answer:
        self.total += 1
        call_id = request.headers.get("webhook-id", "")
        self.calls.append({"endpoint": self.name, "call_id": call_id, "body": body})
        return Answer.of_json(200, {})


def _read(request: Request) -> dict[str, Any] | None:
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return body if request.method == "POST" and isinstance(body, dict) else None
