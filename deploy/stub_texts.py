"""The stand-ins of text message providers, which speak the protocols of MMG and Firetext.

Source: the request, answer and receipt fields are those MMG documents for its JSON API and
Firetext for its form API.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from deploy.stub_behaviour import MODES, Behaviour, respond
from deploy.stub_http import Answer, Request
from deploy.stub_journal import Journal
from deploy.stub_receipts import Receipt, Receipts

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Text:
    """A text as its provider understands it."""

    id: str
    to: str
    body: str
    sender: str


class NotUnderstood(Exception):
    """The request is none of the protocol; the text says what is wrong."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.answer = Answer.of_json(status, {"error": problem})


class TextProvider(ABC):
    """Takes texts, keeps the last ones and has their receipts posted."""

    name: ClassVar[str]
    modes: tuple[str, ...] = MODES

    def __init__(
        self, api_key: str, *, keep: int, journal: Journal, receipts: Receipts | None
    ) -> None:
        self.api_key = api_key
        self.journal = journal
        self.receipts = receipts
        self.behaviour = Behaviour()
        self.total = 0
        self.texts: deque[dict[str, Any]] = deque(maxlen=keep)

    async def answer(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            ConnectionDropped: the connection is to be reset.
        """
        try:
            text = self._read(request)
        except NotUnderstood as error:
            return error.answer
        entry, behaviour = self.journal.begin(self.name, text.id), self.behaviour
        return await respond(behaviour, entry, lambda: self._take(text, behaviour))

    def _take(self, text: Text, behaviour: Behaviour) -> Answer:
        self.total += 1
        reference = str(self.total)
        self.texts.append(
            {
                "provider": self.name,
                "cid": text.id,
                "MSISDN": text.to,
                "msg": text.body,
                "sender": text.sender,
                "at": datetime.now(UTC).isoformat(),
                "reference": reference,
            }
        )
        if self.receipts and behaviour.receipt != "none":
            receipt = self._receipt(text, reference, behaviour.receipt)
            self.receipts.plan(receipt, seconds=behaviour.receipt_delay_ms / 1000)
        return Answer.of_json(200, self._success(reference))

    @abstractmethod
    def _read(self, request: Request) -> Text:
        """Return the text that a request holds.

        Raises:
            NotUnderstood: it holds none.
        """

    @abstractmethod
    def _success(self, reference: str) -> dict[str, Any]:
        """Return the answer to a text that was taken."""

    @abstractmethod
    def _receipt(self, text: Text, reference: str, outcome: str) -> Receipt:
        """Return the receipt that tells an outcome."""


class MmgStandIn(TextProvider):
    """Speaks MMG's JSON."""

    name = "mmg"
    required = ("reqType", "MSISDN", "msg", "sender", "cid")
    statuses: ClassVar = {"delivered": "3", "temporary-failure": "4", "permanent-failure": "5"}

    def _read(self, request: Request) -> Text:
        if request.headers.get("authorization") != f"Basic {self.api_key}":
            raise NotUnderstood(401, "the key is wrong")
        try:
            value = json.loads(request.body)
        except ValueError:
            value = None
        if not _has_texts(value, self.required) or value["reqType"] != "BULK":
            wanted = ", ".join(self.required)
            raise NotUnderstood(400, f"an object with the texts {wanted} is wanted")
        return Text(value["cid"], value["MSISDN"], value["msg"], value["sender"])

    def _success(self, reference: str) -> dict[str, Any]:
        return {"Reference": reference}

    def _receipt(self, text: Text, reference: str, outcome: str) -> Receipt:
        receipt = {
            "CID": text.id,
            "status": self.statuses[outcome],
            "substatus": "5",
            "deliverytime": datetime.now(LONDON).strftime("%Y-%m-%d %H:%M:%S"),
            "reference": reference,
            "MSISDN": text.to,
            "recipient": text.to,
        }
        return Receipt(json.dumps(receipt).encode(), "application/json")


class FiretextStandIn(TextProvider):
    """Speaks Firetext's forms."""

    name = "firetext"
    required = ("apiKey", "from", "to", "message", "reference")
    # Status and code.
    statuses: ClassVar = {
        "delivered": ("0", "000"),
        "temporary-failure": ("1", "102"),
        "permanent-failure": ("1", "101"),
    }

    def _read(self, request: Request) -> Text:
        value = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        if not _has_texts(value, self.required):
            wanted = ", ".join(self.required)
            raise NotUnderstood(400, f"a form with {wanted} is wanted")
        if value["apiKey"] != self.api_key:
            raise NotUnderstood(401, "the key is wrong")
        return Text(value["reference"], value["to"], value["message"], value["from"])

    def _success(self, reference: str) -> dict[str, Any]:
        description = "SMS successfully queued"
        return {"code": 0, "description": description, "responseData": {"id": reference}}

    def _receipt(self, text: Text, reference: str, outcome: str) -> Receipt:
        status, code = self.statuses[outcome]
        form = {
            "mobile": text.to,
            "status": status,
            "code": code,
            "time": datetime.now(LONDON).strftime("%Y-%m-%d %H:%M:%S"),
            "reference": text.id,
            "messageId": reference,
        }
        return Receipt(urlencode(form).encode(), "application/x-www-form-urlencoded")


def _has_texts(value: Any, names: tuple[str, ...]) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in names)
