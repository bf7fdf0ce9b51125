"""The virus scanner: ClamAV's daemon, if the installation has one.

Source: ClamAV, manual page of clamd, the command INSTREAM.
"""

import logging
import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from notify_project.api.errors import ServiceUnavailable

logger = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 3.0
# A signature database that is just being reloaded makes clamd slow, not silent.
ANSWER_SECONDS: Final = 20.0
CHUNK: Final = 64 * 1024
LONGEST_ANSWER: Final = 4096
DEFAULT_PORT: Final = 3310


class ScannerAway(ServiceUnavailable):
    """The scanner does not answer, or not with a verdict: nothing unscanned is published."""


def is_clean(content: bytes) -> bool:
    """Say whether the scanner finds nothing in a file; without a scanner everything is clean.

    Raises:
        ScannerAway: there is a scanner, and it gave no verdict.
    """
    if not settings.CLAMAV_URL:
        return True
    try:
        answer = _ask(content)
    except (OSError, ValueError) as error:
        logger.error("the virus scanner cannot be reached: %s", type(error).__name__)  # noqa: TRY400
        raise ScannerAway from error
    if answer.endswith("FOUND"):
        logger.warning("the virus scanner refused a file of %s bytes", len(content))
        return False
    if not answer.endswith("OK"):
        logger.error("the virus scanner gave no verdict")
        raise ScannerAway
    return True


def is_scanner_address(url: str) -> bool:
    """Can this be the address of a scanner?"""
    try:
        parts = urlsplit(url)
        return bool(parts.path) if parts.scheme == "unix" else _is_tcp(parts)
    except ValueError:
        return False


def _is_tcp(parts: SplitResult) -> bool:
    return parts.scheme == "tcp" and bool(parts.hostname) and parts.port != 0


def _ask(content: bytes) -> str:
    with _connection() as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.sendall(b"zINSTREAM\0")
        for chunk in _chunks(content):
            connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
        return _read_answer(connection)


def _chunks(content: bytes) -> Iterator[bytes]:
    """Yield the file in pieces, and an empty one that ends the stream."""
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
    yield b""


def _read_answer(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.partition(b"\0")[0].decode(errors="replace").strip()


def _connection() -> socket.socket:
    url = urlsplit(settings.CLAMAV_URL)
    if url.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(url.path)
        except OSError:
            connection.close()
            raise
        return connection
    if not _is_tcp(url):
        raise ValueError("CLAMAV_URL is neither tcp://host:port nor unix:///path")
    return socket.create_connection((str(url.hostname), url.port or DEFAULT_PORT), CONNECT_SECONDS)
