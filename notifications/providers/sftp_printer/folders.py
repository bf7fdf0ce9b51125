"""The folders of a printer's SFTP server.

Source: draft-ietf-secsh-filexfer-02 (SFTP version 3).
"""

import errno
import logging
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import BinaryIO

import paramiko

from notifications.providers.base import OutcomeUnknown, Unavailable
from notifications.providers.file_printer import PrinterFolders

# It logs as an error, with a traceback, what it also raises and we try again.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

TIMEOUT_SECONDS = 30
# Source: the life of a letter, zip over SFTP.
UPLOAD_SECONDS = 180
# What paramiko raises: the server's own answers are OSErrors, too.
_FAILURES = (OSError, EOFError, paramiko.SSHException)


class SftpFolders(PrinterFolders):
    """The printer's folders, by one connection."""

    def __init__(self, sftp: paramiko.SFTPClient, *, ours: str, printers: str) -> None:
        self._sftp = sftp
        self._ours = ours.rstrip("/")
        self._printers = printers.rstrip("/")

    def upload(self, content: BinaryIO, name: str) -> None:
        """Write a file for the printer."""
        until = time.monotonic() + UPLOAD_SECONDS

        def watch(*_: int) -> None:
            if time.monotonic() > until:
                raise TimeoutError

        with _failures_told("upload"):
            # Who compares the size does so afterwards, and by name.
            self._sftp.putfo(content, f"{self._ours}/{name}", callback=watch, confirm=False)

    def size_of(self, name: str) -> int | None:
        """Return how long a file for the printer is."""
        with _failures_told("stat"):
            try:
                size: int | None = self._sftp.stat(f"{self._ours}/{name}").st_size
            except FileNotFoundError:
                return None
            return size

    def rename(self, name: str, to: str) -> None:
        """Give a file its final name; a server never puts it in the place of another."""
        try:
            self._sftp.rename(f"{self._ours}/{name}", f"{self._ours}/{to}")
        except _FAILURES as error:
            raise OutcomeUnknown(f"rename: {_code(error)}") from error

    def remove(self, name: str) -> bool:
        """Remove a file for the printer."""
        with _failures_told("remove"):
            try:
                self._sftp.remove(f"{self._ours}/{name}")
            except FileNotFoundError:
                return False
            return True

    def names_from_printer(self) -> list[str]:
        """Return the names of the files that the printer has written."""
        with _failures_told("list"):
            return sorted(self._sftp.listdir(self._printers))

    def read_from_printer(self, name: str, *, most: int) -> bytes:
        """Return what the printer has written into a file, no more bytes of it than some."""
        with _failures_told("read"), self._sftp.open(f"{self._printers}/{name}") as file:
            content: bytes = file.read(most)
        return content

    def remove_from_printer(self, name: str) -> None:
        """Remove a file that the printer has written."""
        with _failures_told("remove"), suppress(FileNotFoundError):
            self._sftp.remove(f"{self._printers}/{name}")


@contextmanager
def open_folders(options: Mapping[str, str]) -> Iterator[PrinterFolders]:
    """Open the printer's folders, until the block ends.

    Raises:
        Unavailable: nobody answers, or not the one whom we know.
    """
    with _failures_told("connect"):
        transport = _transport(options)
    with closing(transport):
        with _failures_told("log in"):
            sftp = _log_in(transport, options)
        with closing(sftp):
            yield SftpFolders(sftp, ours=options["folder"], printers=options["folder_of_printer"])


def _transport(options: Mapping[str, str]) -> paramiko.Transport:
    address = (options["host"], int(options["port"]))
    transport = paramiko.Transport(socket.create_connection(address, TIMEOUT_SECONDS))
    transport.banner_timeout = transport.auth_timeout = TIMEOUT_SECONDS
    transport.channel_timeout = TIMEOUT_SECONDS
    try:
        transport.start_client(timeout=TIMEOUT_SECONDS)
        _require_known(transport.get_remote_server_key(), options)
    except BaseException:
        transport.close()
        raise
    return transport


def _require_known(key: paramiko.PKey, options: Mapping[str, str]) -> None:
    """Refuse a server of which nobody has said that it is the printer's."""
    if key.fingerprint not in options["host_keys"].split():
        raise Unavailable("the key of the server is not one of SFTP_HOST_KEYS")


def _log_in(transport: paramiko.Transport, options: Mapping[str, str]) -> paramiko.SFTPClient:
    username, key_file = options["username"], options["key_file"]
    if key_file:
        key = paramiko.PKey.from_path(key_file, options["password"] or None)
        transport.auth_publickey(username, key)
    else:
        transport.auth_password(username, options["password"], fallback=False)
    sftp = paramiko.SFTPClient.from_transport(transport)
    if sftp is None:
        raise Unavailable("the server has no SFTP")
    channel = sftp.get_channel()
    if channel is not None:
        channel.settimeout(TIMEOUT_SECONDS)
    return sftp


@contextmanager
def _failures_told(step: str) -> Iterator[None]:
    """Turn what went wrong into our error, whose text names the step and a code alone."""
    try:
        yield
    except _FAILURES as error:
        raise Unavailable(f"{step}: {_code(error)}") from error


def _code(error: BaseException) -> str:
    number = getattr(error, "errno", None) or 0
    return errno.errorcode.get(number, type(error).__name__)
