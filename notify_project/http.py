"""HTTP to third parties: kept connections, timeouts always, no redirects, no private addresses."""

import ipaddress
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests import ConnectTimeout, ReadTimeout, RequestException, Response
from requests.adapters import HTTPAdapter

__all__ = [
    "AddressRefused",
    "ConnectTimeout",
    "ReadTimeout",
    "RequestException",
    "Response",
    "post",
]

CONNECT_SECONDS = 3.0
_sessions = threading.local()


class AddressRefused(RequestException):
    """The host is in a private network and this installation does not allow that."""


def post(url: str, **options: Any) -> Response:
    """POST over this thread's kept connections.

    Args:
        url: where to.
        options: as for ``requests.post``; ``timeout`` in seconds is the time to wait for an
            answer, ``settings.PROVIDER_TIMEOUT_SECONDS`` unless given.

    Raises:
        AddressRefused: the host resolves to a private, loopback or link-local address.
        RequestException: as ``requests`` raises it.
    """
    _require_public(url)
    read_seconds = options.pop("timeout", settings.PROVIDER_TIMEOUT_SECONDS)
    connect_seconds = min(CONNECT_SECONDS, read_seconds)
    return _session().post(
        url, timeout=(connect_seconds, read_seconds), allow_redirects=False, **options
    )


def _session() -> requests.Session:
    session: requests.Session | None = getattr(_sessions, "session", None)
    if session is None:
        session = requests.Session()
        session.trust_env = False  # looking for proxies and .netrc costs more than a request
        session.mount("http://", HTTPAdapter(pool_maxsize=4))
        session.mount("https://", HTTPAdapter(pool_maxsize=4))
        _sessions.session = session
    return session


def _require_public(url: str) -> None:
    if settings.HTTP_ALLOW_PRIVATE:
        return
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise requests.ConnectionError("the host is not known") from error
    for *_, address in found:
        if not ipaddress.ip_address(str(address[0]).split("%")[0]).is_global:
            raise AddressRefused("the host is in a private network")
