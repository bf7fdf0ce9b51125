"""Stand-ins of third parties: a mail server and a text message provider, on loopback.

``GET /`` shows what was received, ``GET /received.json`` gives it to tests, ``GET /journal.json``
says how each request was answered, ``GET /counts.json`` gives only the numbers, ``POST /control``
makes the stand-ins fail, for example
``{"sms": {"mode": "hang"}, "mail": {"mode": "unavailable"}, "clear": true}``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
from dataclasses import dataclass, field
from typing import Any

from deploy import stub_mail, stub_pages, stub_texts
from deploy.stub_http import Answer, Connection, Request
from deploy.stub_journal import Journal
from deploy.stub_mail import Mailbox
from deploy.stub_texts import Receipts, TextProvider

HOST = "127.0.0.1"
KEEP = 20_000
KEEP_REQUESTS = 200_000
REFUSED_SECONDS = 5.0
MAIL_PATH = re.compile(r"/mails/(\d+)(\.html)?")


@dataclass
class StandIns:
    """Both stand-ins behind one HTTP server."""

    http_port: int
    provider: TextProvider
    mailbox: Mailbox
    journal: Journal
    _connections: set[Connection] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def listen(self) -> None:
        """Answer HTTP requests."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self.answer, self._connections), HOST, self.http_port, backlog=512
        )

    async def answer(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            ConnectionDropped: the provider was told to reset connections.
        """
        path = request.path.partition("?")[0]
        match request.method, path:
            case "POST", "/mmg":
                return await self.provider.answer(request)
            case "POST", "/control":
                return self._control(request.body)
            case "GET", "/received.json":
                return await asyncio.to_thread(self._received)
            case "GET", _:
                return self._page(path)
        return Answer.of_json(405, {"error": "no such method here"})

    def _page(self, path: str) -> Answer:
        figures = {"/counts.json": self._counts, "/journal.json": self.journal.describe}
        if path in figures:
            return Answer.of_json(200, figures[path]())
        if path == "/":
            mails = [mail.describe() for mail in list(self.mailbox.mails)[-stub_pages.SHOWN :]]
            return stub_pages.overview(list(self.provider.texts)[-stub_pages.SHOWN :], mails)
        if match := MAIL_PATH.fullmatch(path):
            number = int(match[1])
            if mail := self.mailbox.find(number):
                if match[2]:
                    return stub_pages.mail_html(mail.describe())
                return stub_pages.mail_page(number, mail.describe())
        return Answer.of_json(404, {"error": "nothing here"})

    def _received(self) -> Answer:
        mails = [mail.describe() for mail in self.mailbox.mails.copy()]
        return Answer.of_json(200, {"texts": list(self.provider.texts.copy()), "mails": mails})

    def _counts(self) -> Any:
        counts = {"texts": self.provider.total, "mails": self.mailbox.total}
        if receipts := self.provider.receipts:
            counts |= {
                "receipts_accepted": receipts.accepted,
                "receipts_repeated": receipts.repeated,
                "receipts_given_up": receipts.given_up,
            }
        return counts

    def _control(self, body: bytes) -> Answer:
        """Change how the stand-ins behave; an unknown value changes nothing."""
        try:
            orders = json.loads(body)
            sms, mail = orders.get("sms", {}), orders.get("mail", {})
            _require_known(sms, {"mode": (*stub_texts.MODES, "refuse")})
            _require_known(mail, {"mode": stub_mail.MODES})
            self._control_provider(sms)
            self.mailbox.mode = mail.get("mode", self.mailbox.mode)
            if "delay_ms" in mail:
                self.mailbox.delay_seconds = mail["delay_ms"] / 1000
        except (ValueError, TypeError, AttributeError) as error:
            return Answer.of_json(400, {"error": str(error)})
        if orders.get("clear"):
            self.provider.texts.clear()
            self.mailbox.mails.clear()
            self.journal.clear()
        return Answer.of_json(200, {"sms": self.provider.mode, "mail": self.mailbox.mode})

    def _control_provider(self, orders: dict[str, Any]) -> None:
        provider = self.provider
        if orders.get("mode") == "refuse":
            seconds = float(orders.get("for_seconds", REFUSED_SECONDS))
            # After the answer to this request has left.
            asyncio.get_running_loop().call_later(0.05, self._refuse, seconds)
        elif "mode" in orders:
            provider.mode = orders["mode"]
        if "delay_ms" in orders:
            provider.delay_seconds = orders["delay_ms"] / 1000
        provider.receipt_status = str(orders.get("status", provider.receipt_status))
        provider.error_code = int(orders.get("code", provider.error_code))

    def _refuse(self, seconds: float) -> None:
        """Refuse connections, also to the control, for a while."""
        if self._server:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort()
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, lambda: loop.create_task(self.listen()))


def _require_known(orders: dict[str, Any], known: dict[str, tuple[str, ...]]) -> None:
    for name, values in known.items():
        if name in orders and orders[name] not in values:
            raise ValueError(f"{name} must be one of: {', '.join(values)}")


async def serve(options: argparse.Namespace) -> None:
    """Run the stand-ins until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    receipts = Receipts(options.receipt_url, KEEP) if options.receipt_url else None
    delay = options.delay_ms / 1000
    journal = Journal(KEEP_REQUESTS)
    provider = TextProvider(options.api_key, KEEP, receipts, journal, delay_seconds=delay)
    mailbox = Mailbox(KEEP, journal)
    await StandIns(options.http_port, provider, mailbox, journal).listen()
    await loop.create_server(mailbox.connection, HOST, options.smtp_port)
    posting = loop.create_task(receipts.work()) if receipts else None
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    if posting:
        posting.cancel()


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="deploy.stubs", description=__doc__)
    parser.add_argument("--http-port", type=int, default=6012)
    parser.add_argument("--smtp-port", type=int, default=6013)
    parser.add_argument("--api-key", required=True, help="of the text message provider")
    parser.add_argument("--receipt-url", default="", help="where receipts go")
    parser.add_argument("--no-receipts", dest="receipt_url", action="store_const", const="")
    parser.add_argument("--delay-ms", type=int, default=0, help="before the provider answers")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    asyncio.run(serve(parse()))
