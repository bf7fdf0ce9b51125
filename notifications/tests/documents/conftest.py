"""Files to send, a scanner to ask, and documents that were published."""

import io
import socket
import socketserver
import threading
import zipfile
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from notifications.documents.given import opened
from notifications.documents.publish import publish
from notifications.models import Document
from notify_project import clock
from services.tests.factories import ServiceFactory

# Harmless by agreement, and found by every scanner. Source: EICAR, anti-malware test file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def archive(*names):
    """Return a ZIP archive with files of these names, in this order."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as out:
        for name in names:
            text = "application/vnd.oasis.opendocument.text" if name == "mimetype" else "<x/>" * 999
            out.writestr(name, text)
    return written.getvalue()


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


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path):
    """Answer like ClamAV's daemon, at both kinds of address."""
    if request.param == "unix":
        server = socketserver.UnixStreamServer(str(tmp_path / "clamd"), _Clamd)
        settings.CLAMAV_URL = f"unix://{tmp_path / 'clamd'}"
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


@pytest.fixture
def closed_port():
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


@dataclass(frozen=True)
class Published:
    """A document with its link, taken apart."""

    row: Document
    url: str

    @property
    def path(self):
        return urlsplit(self.url).path

    @property
    def key(self):
        return parse_qs(urlsplit(self.url).query)["key"][0]

    @property
    def link(self):
        return f"{self.path}?key={self.key}"


@pytest.fixture
def publish_one(db, files):
    """Return a function that publishes one file and returns it with its link."""

    def publish_file(*, service=None, now=None, recipient="jo@example.com", **value):
        service = service or ServiceFactory(contact_link="https://library.example")
        links = publish(
            opened({"name": {"file": "aGVsbG8=", **value}}),
            service_id=service.id,
            recipient=recipient,
            notification_id=uuid4(),
            now=now or clock.now(),
        )
        row_id = UUID(urlsplit(links["name"]).path.rpartition("/")[2])
        return Published(Document.objects.get(id=row_id), links["name"])

    return publish_file
