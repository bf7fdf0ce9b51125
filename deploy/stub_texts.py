"""The stand-in of a text message provider that speaks the MMG protocol.

Source: the request, answer and receipt fields are those MMG documents for its JSON API.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deploy.stub_http import Answer, Client, ConnectionDropped, Request
from deploy.stub_journal import Entry, Journal

MODES = ("ok", "error", "hang", "reset")
REQUIRED = ("reqType", "MSISDN", "msg", "sender", "cid")
LONDON = ZoneInfo("Europe/London")
DELIVERED = "3"
RECEIPT_CONNECTIONS = 4
RECEIPT_TRIES = 40
RECEIPT_DELAY_SECONDS = 0.2
LONGEST_RECEIPT_DELAY_SECONDS = 5.0


@dataclass
class Receipts:
    """Posts receipts to the platform, again while it does not take them."""

    url: str
    keep: int
    accepted: int = 0
    repeated: int = 0
    given_up: int = 0
    _waiting: asyncio.Queue[tuple[dict[str, str], int]] = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = asyncio.Queue(self.keep)

    def plan(self, receipt: dict[str, str], *, tries: int = 0) -> None:
        """Post a receipt in a moment, later with each try."""
        delay = min(RECEIPT_DELAY_SECONDS * 2**tries, LONGEST_RECEIPT_DELAY_SECONDS)
        asyncio.get_running_loop().call_later(delay, self._add, receipt, tries)

    async def work(self) -> None:
        """Post what is waiting, for ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(RECEIPT_CONNECTIONS):
                group.create_task(self._post_all(Client(self.url)))

    def _add(self, receipt: dict[str, str], tries: int) -> None:
        try:
            self._waiting.put_nowait((receipt, tries))
        except asyncio.QueueFull:
            self.given_up += 1

    async def _post_all(self, client: Client) -> None:
        while True:
            receipt, tries = await self._waiting.get()
            try:
                status = await client.post(receipt)
            except OSError:
                status = 0
            if 200 <= status < 300:
                self.accepted += 1
            elif tries + 1 < RECEIPT_TRIES:
                self.repeated += 1
                self.plan(receipt, tries=tries + 1)
            else:
                self.given_up += 1


@dataclass
class TextProvider:
    """Takes texts, keeps the last ones and has their receipts posted."""

    api_key: str
    keep: int
    receipts: Receipts | None
    journal: Journal
    mode: str = "ok"
    delay_seconds: float = 0.0
    receipt_status: str = DELIVERED
    error_code: int = 500
    total: int = 0
    texts: deque[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.texts = deque(maxlen=self.keep)

    async def answer(self, request: Request) -> Answer:
        """Answer ``POST /mmg``.

        Raises:
            ConnectionDropped: in mode ``reset``, after the text was taken.
        """
        if request.headers.get("authorization") != f"Basic {self.api_key}":
            return Answer.of_json(401, {"error": "the key is wrong"})
        text = _parse(request.body)
        if text is None:
            wanted = ", ".join(REQUIRED)
            return Answer.of_json(400, {"error": f"an object with the texts {wanted} is wanted"})
        entry = self.journal.begin("sms", text["cid"])
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        if self.mode == "error":
            entry.end("error")
            return Answer.of_json(self.error_code, {"error": "told to fail"})
        if self.mode == "hang":
            entry.end("hung")
            await asyncio.Event().wait()
        return self._take(text, entry)

    def _take(self, text: dict[str, Any], entry: Entry) -> Answer:
        self.total += 1
        reference = str(self.total)
        shown = {name: text[name] for name in ("cid", "MSISDN", "msg", "sender")}
        self.texts.append(shown | {"at": datetime.now(UTC).isoformat(), "reference": reference})
        if self.receipts:
            self.receipts.plan(self._receipt(text, reference))
        entry.end("cut" if self.mode == "reset" else "ok", taken=True)
        if self.mode == "reset":
            raise ConnectionDropped
        return Answer.of_json(200, {"Reference": reference})

    def _receipt(self, text: dict[str, Any], reference: str) -> dict[str, str]:
        return {
            "CID": text["cid"],
            "status": self.receipt_status,
            "substatus": "5",
            "deliverytime": datetime.now(LONDON).strftime("%Y-%m-%d %H:%M:%S"),
            "reference": reference,
            "MSISDN": text["MSISDN"],
            "recipient": text["MSISDN"],
        }


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    if not isinstance(value, dict) or value.get("reqType") != "BULK":
        return None
    return value if all(isinstance(value.get(name), str) for name in REQUIRED) else None
