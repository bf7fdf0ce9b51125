"""Providers that take everything: an SMTP server that answers at once, an SMS provider that waits.

Usage: sinks.py SMTP_PORT HTTP_PORT HTTP_DELAY_MS
       sinks.py --calls HTTPS_PORT DELAY_MS CERTIFICATE KEY: a service that is told something
"""

import asyncio
import itertools
import ssl
import sys
from typing import Any

# What an SMS provider takes for an answer wherever texts are measured.
TEXT_DELAY_MS = 100


class SmtpSink(asyncio.Protocol):
    """Just enough SMTP for a client that keeps its connection. Source: RFC 5321."""

    def connection_made(self, transport: Any) -> None:
        """Greet."""
        self.transport = transport
        self.buffer = b""
        self.in_data = False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer each command, and each message, at once."""
        self.buffer += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            line, found, rest = self.buffer.partition(end)
            if not found:
                return
            self.buffer = rest
            if self.in_data:
                self.in_data = False
                self.transport.write(b"250 taken\r\n")
            else:
                self._command(line[:4].upper())

    def _command(self, verb: bytes) -> None:
        if verb == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif verb == b"EHLO":
            self.transport.write(b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 ok\r\n")


class SmsSink(asyncio.Protocol):
    """An SMS provider that speaks MMG's protocol and answers after a while."""

    delay_seconds = 0.1
    numbers = itertools.count(1)

    def connection_made(self, transport: Any) -> None:
        """Take a connection that will be kept."""
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request after the delay."""
        self.buffer += data
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            asyncio.get_running_loop().call_later(self.delay_seconds, self._answer)

    def _answer(self) -> None:
        body = b'{"Reference": "%d"}' % next(self.numbers)
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (len(body), body)
        )


async def serve(smtp_port: int, http_port: int, delay_ms: int) -> None:
    """Listen on loopback until ended."""
    SmsSink.delay_seconds = delay_ms / 1000
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(SmtpSink, "127.0.0.1", smtp_port)
    http = await loop.create_server(SmsSink, "127.0.0.1", http_port)
    async with smtp, http:
        await asyncio.Event().wait()


async def serve_calls(port: int, delay_ms: int, certificate: str, key: str) -> None:
    """Listen over TLS on loopback until ended; the answer is the SMS provider's, a 200."""
    SmsSink.delay_seconds = delay_ms / 1000
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    async with await loop.create_server(SmsSink, "127.0.0.1", port, ssl=context):
        await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1] == "--calls":
        asyncio.run(serve_calls(int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:6]))
    else:
        asyncio.run(serve(*map(int, sys.argv[1:4])))
