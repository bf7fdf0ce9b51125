"""The stand-in of a mail server: takes mails by SMTP and keeps the last ones."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.stub_journal import Journal

MODES = ("ok", "reject-recipient", "unavailable")


@dataclass(frozen=True)
class Received:
    """A mail as it came in; it is parsed only when somebody looks at it."""

    number: int
    at: str
    envelope_from: str
    envelope_to: list[str]
    content: bytes

    def describe(self) -> dict[str, Any]:
        """Return the mail's parts."""
        message = BytesParser(policy=default).parsebytes(self.content)
        return {
            "number": self.number,
            "at": self.at,
            "from": str(message["From"] or ""),
            "to": str(message["To"] or ""),
            "subject": str(message["Subject"] or ""),
            "text": _part(message, "plain"),
            "html": _part(message, "html"),
            "headers": {name: str(value) for name, value in message.items()},
            "message_id": str(message["Message-ID"] or ""),
            "envelope_from": self.envelope_from,
            "envelope_to": self.envelope_to,
        }


@dataclass
class Mailbox:
    """Answers SMTP commands and keeps what was accepted."""

    keep: int
    journal: Journal
    mode: str = "ok"
    delay_seconds: float = 0.0
    total: int = 0
    mails: deque[Received] = field(init=False)

    def __post_init__(self) -> None:
        self.mails = deque(maxlen=self.keep)

    def connection(self) -> SMTP:
        """Return the protocol of one connection."""
        return SMTP(self, enable_SMTPUTF8=True, hostname="localhost", ident="Notify stand-in")

    def find(self, number: int) -> Received | None:
        """Return a mail that is still kept."""
        return next((mail for mail in self.mails if mail.number == number), None)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name and arguments
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Begin a mail."""
        if self.mode == "unavailable":
            return "451 4.3.2 Not available, try again later"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take a recipient."""
        if self.mode == "reject-recipient":
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail."""
        content = bytes(envelope.original_content or b"")
        entry = self.journal.begin("email", _message_id(content))
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        self.total += 1
        self.mails.append(
            Received(
                number=self.total,
                at=datetime.now(UTC).isoformat(),
                envelope_from=envelope.mail_from or "",
                envelope_to=list(envelope.rcpt_tos),
                content=content,
            )
        )
        entry.end("ok", taken=True)
        return "250 OK"


def _message_id(content: bytes) -> str:
    message = BytesHeaderParser(policy=default).parsebytes(content)
    return str(message["Message-ID"] or "")


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
