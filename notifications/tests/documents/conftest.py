"""Files to send, a scanner to ask, and documents that were published."""

import io
import socket
import zipfile
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from notifications.documents.given import opened
from notifications.documents.publish import publish
from notifications.models import Document
from notifications.tests.clamd import answering
from notify_project import clock
from services.tests.factories import ServiceFactory


def archive(*names):
    """Return a ZIP archive with files of these names, in this order."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as out:
        for name in names:
            text = "application/vnd.oasis.opendocument.text" if name == "mimetype" else "<x/>" * 999
            out.writestr(name, text)
    return written.getvalue()


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path):
    """Answer like ClamAV's daemon, at both kinds of address."""
    with answering(settings, tmp_path / "clamd" if request.param == "unix" else None) as stand_in:
        yield stand_in


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
