"""HTTP/1.1 for the stand-ins: a small fast server and a client that keeps its connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from deploy.stub_doors import Abortable

# The largest PDF of a letter, in base64 within JSON.
MAX_BYTES = 30_000_000


@dataclass(frozen=True)
class Request:
    """What came in; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What goes out."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, status: int, value: Any) -> Answer:
        """Return an answer with JSON."""
        return cls(status, json.dumps(value).encode())

    def encode(self) -> bytes:
        """Return the bytes of the answer."""
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class ConnectionDropped(Exception):
    """The handler wants the connection reset instead of an answer."""


Handler = Callable[[Request], Awaitable[Answer]]


class Connection(asyncio.Protocol):
    """One client's connection: requests one after the other, kept open."""

    def __init__(self, handler: Handler, connections: set[Abortable]) -> None:
        self.handler = handler
        self.connections = connections
        self.received = bytearray()
        self.task: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way back."""
        self.transport = cast(asyncio.Transport, transport)
        self.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it
        """Stop working for a client that has gone."""
        self.connections.discard(self)
        if self.task:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        """Collect bytes until a request is whole."""
        self.received += data
        if self.task is None:
            self._next()

    def abort(self) -> None:
        """Reset the connection."""
        self.transport.abort()

    def _next(self) -> None:
        try:
            request = self._take()
        except (ValueError, UnicodeDecodeError):
            self.transport.write(Answer(400, b"{}", headers={"Connection": "close"}).encode())
            self.transport.close()
            return
        if request:
            self.task = asyncio.get_running_loop().create_task(self._serve(request))

    def _take(self) -> Request | None:
        """Take a request from the received bytes, or nothing if it is not whole."""
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            if len(self.received) > MAX_BYTES:
                raise ValueError("too long")
            return None
        first, *lines = self.received[:end].decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        if not 0 <= length <= MAX_BYTES or "transfer-encoding" in headers:
            raise ValueError("a body of this kind is not read")
        whole = end + 4 + length
        if len(self.received) < whole:
            return None
        body = bytes(self.received[end + 4 : whole])
        del self.received[:whole]
        return Request(method, path, headers, body)

    async def _serve(self, request: Request) -> None:
        try:
            answer = await self.handler(request)
        except ConnectionDropped:
            self.abort()
            return
        self.transport.write(answer.encode())
        self.task = None
        if request.headers.get("connection", "").lower() == "close":
            self.transport.close()
        else:
            self._next()


class Client:
    """Posts to one URL over one kept connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or 80
        self.path = parts.path or "/"
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, content_type: str, *, path: str = "") -> int:
        """Send a body and return the status of the answer.

        Args:
            body: of the request.
            content_type: of the body.
            path: where to, if not to that of the URL.

        Raises:
            OSError: nobody answers.
        """
        try:
            async with asyncio.timeout(10):
                return await self._post(body, content_type, path or self.path)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.close()
            raise OSError("no answer") from error

    def close(self) -> None:
        """Close the connection."""
        if self.streams:
            self.streams[1].close()
        self.streams = None

    async def _post(self, body: bytes, content_type: str, path: str) -> int:
        if self.streams is None or self.streams[0].at_eof():
            self.close()
            self.streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self.streams
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        first, *lines = answer.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if ": " in line)
        if "content-length" in headers:
            await reader.readexactly(int(headers["content-length"]))
        if "content-length" not in headers or headers.get("connection") == "close":
            self.close()
        return int(first.split(" ")[1])
