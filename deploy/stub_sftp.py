"""A printer with an SFTP server, on loopback, for tests and demonstrations.

``python -m deploy.stub_sftp FOLDER --port 2022`` serves ``FOLDER/to-printer`` and
``FOLDER/from-printer``, prints what comes every few seconds, and keeps in
``FOLDER/printed.jsonl`` what it has printed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

from deploy.stub_print_files import FROM_PRINTER, TO_PRINTER, Printing


@dataclass
class Faults:
    """What goes wrong, each until it is set back.

    Attributes:
        cut_after: bytes of an upload after which the connection breaks.
        lost_bytes: that are missing at the end of each file that is written.
        cut_before_rename: the connection breaks instead of a rename.
        cut_after_rename: it breaks after one, before its answer.
        take_at_once: the printer takes a file away as soon as it has its name.
    """

    cut_after: int | None = None
    lost_bytes: int = 0
    cut_before_rename: bool = False
    cut_after_rename: bool = False
    take_at_once: bool = False


class _Login(paramiko.ServerInterface):
    def __init__(self, password: str, key: paramiko.PKey | None) -> None:
        self._password, self._key = password, key

    def get_allowed_auths(self, username: str) -> str:
        del username
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        del username
        return self._answer(bool(self._password) and password == self._password)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        del username
        return self._answer(key == self._key)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del kind, chanid
        return int(paramiko.OPEN_SUCCEEDED)

    @staticmethod
    def _answer(is_right: bool) -> int:  # noqa: FBT001 - a value
        return int(paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED)


class _Handle(paramiko.SFTPHandle):
    def __init__(self, stub: StubSftp, path: Path, flags: int) -> None:
        super().__init__(flags)
        self._stub = stub
        self._path = path
        self.readfile = self.writefile = os.fdopen(
            os.open(path, flags, 0o600), "rb" if flags & 3 == os.O_RDONLY else "r+b"
        )

    def write(self, offset: int, data: bytes) -> int:
        cut_after = self._stub.faults.cut_after
        if cut_after is not None and offset + len(data) > cut_after:
            self._stub.cut()
        return int(super().write(offset, data))

    def close(self) -> None:
        super().close()
        if lost := self._stub.faults.lost_bytes:
            os.truncate(self._path, max(0, self._path.stat().st_size - lost))

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(self._path.stat())


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, stub: StubSftp) -> None:
        super().__init__(server)
        self._stub = stub

    def _path(self, name: str) -> Path:
        return self._stub.printing.folder / name.lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            found = list(self._path(path).iterdir())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return [paramiko.SFTPAttributes.from_stat(each.stat(), each.name) for each in found]

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        del attr
        try:
            return _Handle(self._stub, self._path(path), flags)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def remove(self, path: str) -> int:
        try:
            self._path(path).unlink()
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno))
        return int(paramiko.SFTP_OK)

    def rename(self, oldpath: str, newpath: str) -> int:
        faults = self._stub.faults
        if faults.cut_before_rename:
            self._stub.cut()
            return int(paramiko.SFTP_FAILURE)
        try:
            # As a hard link: what is there is not replaced.
            os.link(self._path(oldpath), self._path(newpath))
            self._path(oldpath).unlink()
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno))
        if faults.take_at_once:
            self._stub.printing.take()
        if faults.cut_after_rename:
            self._stub.cut()
        return int(paramiko.SFTP_OK)


@dataclass
class StubSftp:
    """The server, on a port of loopback, while the block lasts."""

    folder: Path
    port: int = 0
    password: str = "sftp-password"  # noqa: S105 - of a stand-in
    client_key: paramiko.PKey | None = None
    faults: Faults = field(default_factory=Faults)
    connections: int = 0

    def __enter__(self) -> StubSftp:
        self.printing = Printing(self.folder)
        self.host_key = paramiko.ECDSAKey.generate()
        self._transports: list[paramiko.Transport] = []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone does not wake whoever waits for a connection.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.cut()
        for each in self._transports:
            each.join(5)

    @property
    def options(self) -> dict[str, str]:
        """Return the options of a provider that uses this server."""
        return {
            "host": "127.0.0.1",
            "port": str(self.port),
            "host_keys": self.host_key.fingerprint,
            "username": "notify",
            "password": self.password,
            "key_file": "",
            "folder": TO_PRINTER,
            "folder_of_printer": FROM_PRINTER,
        }

    def cut(self) -> None:
        """Break every connection that there is; whoever is cut off may come back meanwhile."""
        for each in self._transports.copy():
            with contextlib.suppress(OSError):
                each.sock.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self)
            self._transports.append(transport)
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(
                    event=threading.Event(), server=_Login(self.password, self.client_key)
                )


def main(arguments: list[str]) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="deploy.stub_sftp", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=2022)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two runs")
    options = parser.parse_args(arguments)
    with StubSftp(options.folder, options.port) as stub:
        print(f"127.0.0.1:{stub.port}, SFTP_HOST_KEYS={stub.host_key.fingerprint}", flush=True)
        while True:
            time.sleep(options.every)
            if printed := stub.printing.take():
                stub.printing.acknowledge([each["file"] for each in printed])
                references = [each for file in printed for each in file["references"]]
                stub.printing.respond([f"{each}|Sent|1|Unsorted" for each in references])
                print(f"{len(references)} letters printed", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(sys.argv[1:])
