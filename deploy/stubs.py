"""Stand-ins of third parties, on loopback.

They are a mail server, two text message providers, a printer of letters, and the servers of
services that are told what became of messages.

``GET /`` shows what was received, ``GET /received.json`` gives it to tests, ``GET /counts.json``
only the numbers, ``GET /journal.json`` every message that a provider was given with what it
answered, ``GET /calls.json`` the same of the calls that services got. ``POST /control`` makes the
stand-ins fail, for example
``{"firetext": {"mode": "error", "code": 429, "share": 0.5}, "mail": {"mode": "hang"}}``, and
``{"anew": true, "clear": true}`` ends that; ``sms`` is both text message providers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from deploy import stub_pages
from deploy.stub_control import Control, StandIn
from deploy.stub_doors import Door
from deploy.stub_endpoints import Endpoint
from deploy.stub_http import Answer, Connection, Handler, Request
from deploy.stub_journal import Journal
from deploy.stub_mail import Mailbox
from deploy.stub_printer import PrinterStandIn
from deploy.stub_receipts import Receipts
from deploy.stub_texts import FiretextStandIn, MmgStandIn, TextProvider

KEEP = 20_000
MAIL_PATH = re.compile(r"/mails/(\d+)(\.html)?")
TEXT_PROVIDERS: tuple[type[TextProvider], ...] = (MmgStandIn, FiretextStandIn)


@dataclass
class StandIns:
    """All of them, as one HTTP server sees them."""

    journal: Journal
    calls: Journal
    texts: Mapping[str, TextProvider]
    printer: PrinterStandIn
    mailbox: Mailbox
    endpoints: Mapping[str, Endpoint]
    control: Control = field(init=False)

    def control_with(self, doors: Mapping[str, Door]) -> None:
        """Take orders from now on.

        Args:
            doors: the ports that can be shut, by the name of their stand-in.
        """
        everybody: dict[str, StandIn] = {
            **self.texts,
            self.printer.name: self.printer,
            self.mailbox.name: self.mailbox,
            **self.endpoints,
        }
        self.control = Control(everybody, doors)

    async def answer(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            ConnectionDropped: a provider was told to reset connections.
        """
        path = request.path.partition("?")[0]
        if request.method == "POST":
            if path == "/control":
                return await self._control(request.body)
            if provider := self.texts.get(path[1:]):
                return await provider.answer(request)
            beginning = f"/{self.printer.name}"
            if path.startswith(f"{beginning}/"):
                return await self.printer.answer(request, path.removeprefix(beginning))
        if request.method == "GET":
            return await self._shown(path)
        return Answer.of_json(405, {"error": "no such method here"})

    async def _shown(self, path: str) -> Answer:
        match path:
            case "/":
                mails = [mail.describe() for mail in list(self.mailbox.mails)[-stub_pages.SHOWN :]]
                return stub_pages.overview(self._texts()[-stub_pages.SHOWN :], mails)
            case "/counts.json":
                return Answer.of_json(200, self._counts())
            case "/received.json":
                return await _in_thread(self._received)
            case "/journal.json" | "/calls.json":
                journal = self.calls if path == "/calls.json" else self.journal
                return await _in_thread(journal.describe)
        return self._mail_page(path)

    def _mail_page(self, path: str) -> Answer:
        if match := MAIL_PATH.fullmatch(path):
            number = int(match[1])
            if mail := self.mailbox.find(number):
                if match[2]:
                    return stub_pages.mail_html(mail.describe())
                return stub_pages.mail_page(number, mail.describe())
        return Answer.of_json(404, {"error": "nothing here"})

    def _texts(self) -> list[dict[str, Any]]:
        texts = [text for each in self.texts.values() for text in each.texts.copy()]
        return sorted(texts, key=lambda text: str(text["at"]))

    def _received(self) -> dict[str, Any]:
        mails = [mail.describe() for mail in self.mailbox.mails.copy()]
        calls = [call for each in self.endpoints.values() for call in each.calls.copy()]
        letters = list(self.printer.letters)
        return {"texts": self._texts(), "mails": mails, "calls": calls, "letters": letters}

    def _counts(self) -> dict[str, int]:
        posting = self.posting()
        counts = {
            "texts": sum(each.total for each in self.texts.values()),
            "mails": self.mailbox.total,
            "letters": self.printer.total,
            "calls": sum(each.total for each in self.endpoints.values()),
        }
        if posting:
            counts |= {
                "receipts_accepted": sum(each.accepted for each in posting),
                "receipts_repeated": sum(each.repeated for each in posting),
                "receipts_given_up": sum(each.given_up for each in posting),
            }
        return counts

    def posting(self) -> list[Receipts]:
        """Return what posts receipts."""
        each = [*(provider.receipts for provider in self.texts.values()), self.printer.receipts]
        return [receipts for receipts in each if receipts]

    async def _control(self, body: bytes) -> Answer:
        """Change how the stand-ins behave; what is not understood changes nothing."""
        try:
            orders = json.loads(body)
            modes = await self.control.obey(orders)
        except ValueError as error:
            return Answer.of_json(400, {"error": str(error)})
        if orders.get("clear"):
            self._clear()
        return Answer.of_json(200, modes)

    def _clear(self) -> None:
        self.journal.clear()
        self.calls.clear()
        self.mailbox.mails.clear()
        self.printer.letters.clear()
        for provider in self.texts.values():
            provider.texts.clear()
        for endpoint in self.endpoints.values():
            endpoint.calls.clear()


async def _in_thread(question: Callable[[], Any]) -> Answer:
    """Answer with what takes long to write down, while others are answered."""
    return await asyncio.to_thread(lambda: Answer.of_json(200, question()))


def make(options: argparse.Namespace) -> StandIns:
    """Return the stand-ins that the options ask for."""
    journal, calls = Journal(), Journal()
    texts: dict[str, TextProvider] = {}
    for kind in TEXT_PROVIDERS:
        url = f"{options.receipts_to}/notifications/sms/{kind.name}"
        receipts = Receipts(url, KEEP) if options.receipts_to else None
        provider = kind(options.api_key, keep=KEEP, journal=journal, receipts=receipts)
        provider.behaviour = replace(provider.behaviour, delay_ms=float(options.delay_ms))
        texts[kind.name] = provider
    receipts = Receipts(options.receipts_to, KEEP) if options.receipts_to else None
    printer = PrinterStandIn(options.api_key, keep=KEEP, journal=journal, receipts=receipts)
    endpoints = {name: Endpoint(name, keep=KEEP, journal=calls) for name, _ in options.endpoint}
    mailbox = Mailbox(keep=KEEP, journal=journal)
    return StandIns(journal, calls, texts, printer, mailbox, endpoints)


def doors_of(stand_ins: StandIns, options: argparse.Namespace) -> dict[str, Door]:
    """Return the ports that belong to one stand-in each."""
    tls = _tls(options.certificate)
    doors = {"mail": Door(options.smtp_port, stand_ins.mailbox.connection)}
    for name, port in options.own_port:
        doors[name] = _http_door(port, stand_ins.answer)
    for name, port in options.endpoint:
        doors[name] = _http_door(port, stand_ins.endpoints[name].answer, tls)
    return doors


async def serve(options: argparse.Namespace) -> None:
    """Run the stand-ins until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stand_ins = make(options)
    doors = doors_of(stand_ins, options)
    stand_ins.control_with(doors)
    for door in (*doors.values(), _http_door(options.http_port, stand_ins.answer)):
        await door.open()
    posting = asyncio.gather(*(each.work() for each in stand_ins.posting()))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    posting.cancel()
    with suppress(asyncio.CancelledError):
        await posting


def _http_door(port: int, handler: Handler, tls: ssl.SSLContext | None = None) -> Door:
    return Door(port, lambda connections: Connection(handler, connections), tls)


def _tls(certificate: list[str] | None) -> ssl.SSLContext | None:
    if not certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def _named_port(value: str) -> tuple[str, int]:
    name, _, port = value.partition("=")
    return name, int(port)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="deploy.stubs", description=__doc__)
    named: dict[str, Any] = {"action": "append", "type": _named_port, "default": []}
    named["metavar"] = "NAME=PORT"
    parser.add_argument("--http-port", type=int, default=6012)
    parser.add_argument("--smtp-port", type=int, default=6013)
    parser.add_argument("--own-port", **named, help="mmg, firetext or dvla, so that it can be shut")
    parser.add_argument("--endpoint", **named, help="a service's own server")
    parser.add_argument("--certificate", nargs=2, metavar=("FILE", "KEY"), help="of endpoints")
    parser.add_argument("--api-key", required=True, help="of all providers")
    parser.add_argument("--receipts-to", default="", help="address of the API, for receipts")
    parser.add_argument("--delay-ms", type=int, default=0, help="before a provider answers")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    asyncio.run(serve(parse()))
