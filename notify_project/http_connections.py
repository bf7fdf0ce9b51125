"""Connections that keep to time and place, and that know the operator's own CA.

A timeout of a socket begins anew with each byte: who sends one every few seconds would keep a
thread for hours. And a name may resolve to another address when it is asked for a second time:
what counts is where the connection leads.
"""

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any, cast

from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from notify_project.addresses import is_public

_only_public: ContextVar[bool] = ContextVar("only_public", default=False)


class PrivatePeer(Exception):
    """A connection led into a private network; nothing was sent over it."""


@contextmanager
def only_public_peers(wanted: bool) -> Iterator[None]:  # noqa: FBT001 - the name says of what
    """Let new connections of this thread lead to public addresses only, if that is wanted."""
    before = _only_public.set(wanted)
    try:
        yield
    finally:
        _only_public.reset(before)


class _UntilDeadline(io.RawIOBase):
    """What a socket receives until the time-out it has now is over."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock, self._raw = sock, raw
        seconds = sock.gettimeout()
        self._ends_at = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._ends_at is not None:
            # Zero would mean: do not block.
            self._sock.settimeout(max(self._ends_at - time.monotonic(), 0.001))
        return cast(int | None, self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _PunctualResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_UntilDeadline(sock, raw))


class _Placed:
    """Looks where a new connection leads before anything is sent."""

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]  # of urllib3
        if _only_public.get() and not is_public(sock.getpeername()[0]):
            sock.close()
            raise PrivatePeer
        return sock


class _PunctualHTTP(_Placed, HTTPConnection):
    response_class = _PunctualResponse


class _PunctualHTTPS(_Placed, HTTPSConnection):
    response_class = _PunctualResponse


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _PunctualHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PunctualHTTPS


class PunctualAdapter(HTTPAdapter):
    """An adapter whose time-out holds for the answer as a whole."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools, with certificates of the operator's own CA beside the public ones."""
        if settings.HTTP_CA_FILE:
            context = create_urllib3_context()
            context.load_verify_locations(settings.HTTP_CA_FILE)
            options["ssl_context"] = context
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
