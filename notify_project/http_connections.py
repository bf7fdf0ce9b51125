"""Connections whose answers are there in time as a whole, and that know the operator's own CA.

A timeout of a socket begins anew with each byte: who sends one every few seconds would keep a
thread for hours.
"""

import io
import socket
import time
from http.client import HTTPResponse
from typing import Any, cast

from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context


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


class _PunctualHTTP(HTTPConnection):
    response_class = _PunctualResponse


class _PunctualHTTPS(HTTPSConnection):
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
