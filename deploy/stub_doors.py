"""Ports that stand-ins listen on, and that can be shut."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol

HOST = "127.0.0.1"
BACKLOG = 512


class Abortable(Protocol):
    """A connection that can be reset."""

    def abort(self) -> None:
        """Reset it."""


Factory = Callable[[set[Abortable]], asyncio.BaseProtocol]


class Door:
    """A port on loopback. Shut, it refuses connections, and those that were open are reset."""

    def __init__(self, port: int, protocol: Factory, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.protocol = protocol
        self.tls = tls
        self._connections: set[Abortable] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Take connections, unless that is done already."""
        if self._server is None:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: self.protocol(self._connections),
                HOST,
                self.port,
                ssl=self.tls,
                backlog=BACKLOG,
            )

    def shut(self) -> None:
        """Refuse connections and reset those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self._connections):
            connection.abort()
