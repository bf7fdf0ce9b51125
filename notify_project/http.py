"""HTTP to third parties: kept connections, timeouts always, no redirects, no private addresses."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests import ConnectTimeout, ReadTimeout, RequestException, Response
from requests.exceptions import InvalidURL
from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError

from notify_project import clock
from notify_project.addresses import is_public
from notify_project.http_connections import PrivatePeer, PunctualAdapter, only_public_peers

__all__ = [
    "AddressRefused",
    "AnswerHead",
    "ConnectTimeout",
    "HostUnknown",
    "ReadTimeout",
    "RequestException",
    "Response",
    "call_timeout",
    "get",
    "make_punctual",
    "may_have_arrived",
    "post",
    "post_for_head",
]

CONNECT_SECONDS = 3.0
# What is read of a body that nobody wants, so that its connection can be kept.
UNWANTED_BYTES = 65_536
_sessions = threading.local()


class AddressRefused(RequestException):
    """The host is in a private network and this installation does not allow that."""


class HostUnknown(RequestException):
    """The host's name does not resolve."""


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """What the head of an answer says.

    Attributes:
        code: the status code.
        retry_after_seconds: how long the other side wants to be left alone, if it says so.
    """

    code: int
    retry_after_seconds: float | None


def post(url: str, *, trusted: bool = False, **options: Any) -> Response:
    """POST over this thread's kept connections.

    Args:
        url: where to.
        trusted: the operator chose the URL, so it may be in a private network.
        options: as for ``requests.post``; ``timeout`` in seconds is the time for connecting and
            the whole answer, ``settings.PROVIDER_TIMEOUT_SECONDS`` unless given.

    Raises:
        AddressRefused: the host resolves to a private, loopback or link-local address.
        InvalidURL: the address is not one.
        RequestException: as ``requests`` raises it.
    """
    return _call("POST", url, trusted=trusted, **options)


def get(url: str, **options: Any) -> Response:
    """GET over this thread's kept connections.

    Args:
        url: where from.
        options: as for ``post``.

    Raises:
        AddressRefused: as ``post`` does.
        RequestException: as ``post`` does.
    """
    return _call("GET", url, trusted=False, **options)


def _call(method: str, url: str, *, trusted: bool, **options: Any) -> Response:
    only_public = not (trusted or settings.HTTP_ALLOW_PRIVATE)
    if only_public:
        _require_public(url)
    seconds = options.pop("timeout", settings.PROVIDER_TIMEOUT_SECONDS)
    try:
        with only_public_peers(only_public):
            return _session().request(
                method,
                url,
                timeout=call_timeout(seconds),
                allow_redirects=False,
                **options,
            )
    except PrivatePeer:
        raise AddressRefused("the host is in a private network") from None


def post_for_head(url: str, **options: Any) -> AnswerHead:
    """POST and return what the answer's head says; its body, however long, is not kept.

    Args:
        url: where to.
        options: as for ``post``.

    Raises:
        AddressRefused: as ``post`` does.
        RequestException: as ``post`` does.
    """
    response = post(url, stream=True, **options)
    # The head is the answer; a body that breaks off takes nothing from it.
    with response, suppress(HTTPError):
        response.raw.read(UNWANTED_BYTES)
    return AnswerHead(response.status_code, _retry_after(response.headers.get("Retry-After", "")))


def may_have_arrived(error: RequestException) -> bool:
    """Say whether a failed request may have reached the other side all the same."""
    if isinstance(error, AddressRefused | HostUnknown | ConnectTimeout | InvalidURL):
        return False
    cause = error.args[0] if error.args else None
    # A refused connection and an unknown host are kinds of ConnectTimeoutError.
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return not isinstance(reason, ConnectTimeoutError)


def call_timeout(seconds: float) -> Any:
    """Return the timeout, as ``requests`` hands it on, of a call that ends within seconds."""
    return Timeout(connect=min(CONNECT_SECONDS, seconds), total=seconds)


def make_punctual(session: Any) -> None:
    """Let a session of a library keep to its timeouts, and to this installation's certificates."""
    session.trust_env = False  # looking for proxies and .netrc costs more than a request
    session.mount("http://", PunctualAdapter(pool_maxsize=4))
    session.mount("https://", PunctualAdapter(pool_maxsize=4))


class _Session(requests.Session):
    def get_redirect_target(self, resp: Response) -> None:
        """Take a redirect for an answer like any other: even a look at it would read its body."""
        del resp


def _session() -> requests.Session:
    session: requests.Session | None = getattr(_sessions, "session", None)
    if session is None:
        session = _Session()
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        make_punctual(session)
        _sessions.session = session
    return session


def _retry_after(text: str) -> float | None:
    """Read the header Retry-After, which strangers write. Source: RFC 9110, 10.2.3."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        return (at - clock.now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def _require_public(url: str) -> None:
    try:
        parts = urlsplit(url)
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except ValueError as error:
        raise InvalidURL("the address is not one") from error
    except OSError as error:
        raise HostUnknown("the host is not known") from error
    for *_, address in found:
        if not is_public(str(address[0])):
            raise AddressRefused("the host is in a private network")
