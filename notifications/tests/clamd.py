"""A stand-in for ClamAV's daemon, at both kinds of address."""

import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

# Harmless by agreement, and found by every scanner. Source: EICAR, anti-malware test file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Clamd(socketserver.BaseRequestHandler):
    """One conversation with the daemon: INSTREAM, pieces, a verdict."""

    def handle(self):
        stand_in = self.server.stand_in
        assert self._read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self._read(4), "big"):
            content += self._read(length)
        stand_in.scanned.append(content)
        found = EICAR in content
        answer = stand_in.answer or ("stream: Eicar-Signature FOUND" if found else "stream: OK")
        self.request.sendall(answer.encode() + b"\0")

    def _read(self, length):
        found = b""
        while len(found) < length:
            part = self.request.recv(length - len(found))
            assert part, "the caller hung up"
            found += part
        return found


@dataclass
class ClamdStandIn:
    """What was scanned, and what to answer instead of a verdict."""

    scanned: list[bytes] = field(default_factory=list)
    answer: str = ""


@contextmanager
def answering(settings, path=None):
    """Answer like ClamAV's daemon, at a path or at a port."""
    if path:
        server = socketserver.UnixStreamServer(str(path), _Clamd)
        settings.CLAMAV_URL = f"unix://{path}"
    else:
        server = socketserver.TCPServer(("127.0.0.1", 0), _Clamd)
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
    server.stand_in = ClamdStandIn()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.stand_in
    server.shutdown()
    server.server_close()
    thread.join()
