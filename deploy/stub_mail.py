"""The stand-in of a mail server: takes mails by SMTP and keeps the last ones."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.stub_behaviour import Behaviour, act
from deploy.stub_doors import Abortable
from deploy.stub_http import ConnectionDropped
from deploy.stub_journal import Journal

# Before there is a message: no greeting, a greeting that is none, a server that is not available,
# a mailbox that does not exist. Then, with the whole message: as over HTTP.
MODES = (
    *("ok", "silent", "garbage", "unavailable", "reject-recipient"),
    *("error", "hang", "hang-taken", "cut", "cut-taken", "refuse"),
)
GARBAGE = "\x00 garbage"
# Our Message-IDs begin with the notification's id.
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<?([0-9a-f-]{36})", re.IGNORECASE | re.MULTILINE)


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


class Mailbox:
    """Answers SMTP commands and keeps what was accepted."""

    name = "mail"
    modes: tuple[str, ...] = MODES

    def __init__(self, *, keep: int, journal: Journal) -> None:
        self.journal = journal
        self.behaviour = Behaviour(code=451)
        self.total = 0
        self.mails: deque[Received] = deque(maxlen=keep)

    def connection(self, connections: set[Abortable]) -> asyncio.BaseProtocol:
        """Return the protocol of one connection."""
        mode = self.behaviour.mode_now()
        if mode in {"silent", "garbage"}:
            return _Mute(connections, GARBAGE if mode == "garbage" else "")
        return _Conversation(self, connections)

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
        mode = self.behaviour.mode_now()
        if mode == "silent":
            await asyncio.Event().wait()
        if mode == "garbage":
            return GARBAGE
        if mode == "unavailable":
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
        if self.behaviour.mode_now() == "reject-recipient":
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail."""
        content = bytes(envelope.original_content or b"")
        found = _MESSAGE_ID.search(content)
        entry = self.journal.begin(self.name, found[1].decode() if found else "")
        behaviour = self.behaviour
        try:
            mode = await act(behaviour, entry, lambda: self._take(envelope, content))
        except ConnectionDropped:
            cast(_Conversation, server).abort()
            # Ends with the connection.
            await asyncio.Event().wait()
            raise
        return f"{behaviour.code} told to fail" if mode == "error" else "250 OK"

    def _take(self, envelope: Envelope, content: bytes) -> None:
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


class _Conversation(SMTP):
    """One connection, which can be reset."""

    def __init__(self, mailbox: Mailbox, connections: set[Abortable]) -> None:
        super().__init__(
            mailbox, enable_SMTPUTF8=True, hostname="localhost", ident="Notify stand-in"
        )
        self.connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.connections.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        if self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).abort()


class _Mute(asyncio.Protocol):
    """A connection on which nothing is said that anybody understands."""

    def __init__(self, connections: set[Abortable], said: str) -> None:
        self.connections = connections
        self.said = said
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.connections.add(self)
        if self.said:
            self.transport.write(f"{self.said}\r\n".encode())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it
        self.connections.discard(self)

    def abort(self) -> None:
        self.transport.abort()


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
