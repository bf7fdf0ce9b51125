"""The stand-in of a printer that takes letters one by one, over HTTP.

Source: the paths and fields are those of DVLA's print API.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import secrets
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from deploy.stub_behaviour import MODES, Behaviour, respond
from deploy.stub_http import Answer, Request
from deploy.stub_journal import Journal
from deploy.stub_receipts import Receipt, Receipts

AUTHENTICATE = "/thirdparty-access/v1/authenticate"
JOBS = "/print-request/v1/print/jobs"
TOKEN_SECONDS = 3600
# What is asked of a job before it is taken.
STANDARD = ("jobType", "templateReference", "businessIdentifier", "recipientName", "address")


@dataclass(frozen=True)
class Job:
    """A letter as its printer understands it."""

    id: str
    reference: str
    postage: str
    pdf: bytes
    callback_path: str


class NotUnderstood(Exception):
    """The request is none of the protocol; the text says what is wrong."""


class PrinterStandIn:
    """Takes each letter once, keeps what it knows of the last ones, and says that they are posted.

    ``delivered`` as the outcome of receipts is ``DESPATCHED``, everything else ``REJECTED``.
    """

    name = "dvla"
    modes: tuple[str, ...] = MODES

    def __init__(
        self, api_key: str, *, keep: int, journal: Journal, receipts: Receipts | None
    ) -> None:
        self.api_key = api_key
        self.journal = journal
        self.receipts = receipts
        self.behaviour = Behaviour()
        self.total = 0
        self.letters: deque[dict[str, Any]] = deque(maxlen=keep)
        self._known: set[str] = set()
        self._tokens: set[str] = set()
        self._recent: deque[float] = deque()

    async def answer(self, request: Request, path: str) -> Answer:
        """Answer one request.

        Args:
            request: as it came.
            path: below the printer's own.

        Raises:
            ConnectionDropped: the connection is to be reset.
        """
        if request.headers.get("x-api-key") != self.api_key:
            return Answer.of_json(401, {"error": "the key is wrong"})
        if path == AUTHENTICATE:
            return self._authenticate(request.body)
        if path == JOBS:
            return await self._answer_job(request)
        return Answer.of_json(404, {"error": "nothing here"})

    async def _answer_job(self, request: Request) -> Answer:
        if request.headers.get("authorization") not in self._tokens:
            return Answer.of_json(401, {"error": "the token is wrong"})
        try:
            job = _read(request.body)
        except NotUnderstood as error:
            return Answer.of_json(400, {"error": str(error)})
        return await self._print(job)

    async def _print(self, job: Job) -> Answer:
        entry, behaviour = self.journal.begin(self.name, job.id), self.behaviour
        if self._is_too_fast(behaviour):
            entry.end("error", code=429)
            return Answer.of_json(429, {"error": "slower"})
        if job.id in self._known:
            entry.end("error", code=409)
            return Answer.of_json(409, {"error": "there is a job with this id"})
        return await respond(behaviour, entry, lambda: self._take(job, behaviour))

    def _is_too_fast(self, behaviour: Behaviour) -> bool:
        now = time.monotonic()
        while self._recent and self._recent[0] < now - 1:
            self._recent.popleft()
        if behaviour.per_second and len(self._recent) >= behaviour.per_second:
            return True
        self._recent.append(now)
        return False

    def _authenticate(self, body: bytes) -> Answer:
        try:
            credentials = json.loads(body)
        except ValueError:
            credentials = None
        if not isinstance(credentials, dict) or credentials.get("password") != self.api_key:
            return Answer.of_json(401, {"error": "the password is wrong"})
        claims = {"exp": int(time.time()) + TOKEN_SECONDS, "jti": secrets.token_hex(8)}
        token = ".".join([_encoded({"alg": "HS256", "typ": "JWT"}), _encoded(claims), "c2ln"])
        self._tokens.add(token)
        return Answer.of_json(200, {"id-token": token})

    def _take(self, job: Job, behaviour: Behaviour) -> Answer:
        self.total += 1
        self._known.add(job.id)
        self.letters.append(
            {
                "provider": self.name,
                "id": job.id,
                "reference": job.reference,
                "postage": job.postage,
                "size": len(job.pdf),
                "sha256": hashlib.sha256(job.pdf).hexdigest(),
                "at": datetime.now(UTC).isoformat(),
            }
        )
        if self.receipts and behaviour.receipt != "none" and job.callback_path:
            receipt = _receipt(job, behaviour.receipt)
            for _ in range(int(behaviour.receipt_times)):
                late = random.random() * behaviour.receipt_spread_ms  # noqa: S311 - nothing secret
                seconds = (behaviour.receipt_delay_ms + late) / 1000
                self.receipts.plan(receipt, seconds=seconds)
        return Answer.of_json(202, {"id": job.id})


def _read(body: bytes) -> Job:
    try:
        value = json.loads(body)
        standard = value["standardParams"]
        custom = {each["key"]: each["value"] for each in value["customParams"]}
        pdf = base64.b64decode(custom["pdfContent"], validate=True)
        target = urlsplit(value["callbackParams"]["target"])
        missing = [name for name in STANDARD if not standard.get(name)]
        job_id, reference = value["id"], standard["businessIdentifier"]
        postage = standard.get("despatchMethod", "SECOND")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotUnderstood("this is no print job") from error
    if missing or not pdf.startswith(b"%PDF"):
        raise NotUnderstood(f"wanted: {', '.join(missing) or 'a PDF'}")
    path = f"{target.path}?{target.query}" if target.path else ""
    return Job(job_id, reference, postage, pdf, path)


def _receipt(job: Job, outcome: str) -> Receipt:
    is_despatched = outcome == "delivered"
    data: dict[str, Any] = {
        "jobId": job.id,
        "jobType": "NOTIFY",
        "jobStatus": "DESPATCHED" if is_despatched else "REJECTED",
        "templateReference": "NOTIFY",
        "transitionDate": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if is_despatched:
        properties = {
            "postageClass": job.postage,
            "totalSheets": "1",
            "mailingProduct": "MM",
            "productionRunDate": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.000000"),
        }
        data["despatchProperties"] = [
            {"key": key, "value": value} for key, value in properties.items()
        ]
    event = {
        "id": secrets.token_hex(16),
        "source": "dvla:resource:osl:print:print-hub-fulfilment:5.18.0",
        "specVersion": "1",
        "type": "uk.gov.dvla.osl.osldatadictionaryschemas.print.messages.v2.PrintJobStatus",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": data,
    }
    return Receipt(json.dumps(event).encode(), "application/json", path=job.callback_path)


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
