"""What the official clients are tried with: a service of their own, and what is stored for it."""

import base64
import functools

from notify_project.tests.end_to_end.platform import eventually

SERVICE = "Clients"
ADDRESS = {
    "address_line_1": "Amala Bird",
    "address_line_2": "1 High Street",
    "postcode": "SW1A 1AA",
}
_STORE = """
from datetime import timedelta
from notifications.models import InboundSms
from notify_project import clock
for number, content in enumerate(["first", "second"]):
    InboundSms.objects.create(
        service_id="{service}",
        notify_number="07700900111",
        user_number="447700900222",
        content=content,
        provider="mmg",
        provider_date=clock.now(),
        created_at=clock.now() + timedelta(seconds=number),
    )
"""


def small_pdf() -> bytes:
    """Return a letter: a page of A4 with an address."""
    lines = b" ".join(b"(%s) '" % line for line in (b"Amala Bird", b"1 High Street", b"SW1A 2AA"))
    text = b"BT /F 8 Tf 9 TL 72 720 Td %s ET" % lines
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.28 841.89] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    return content + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


class ClientsWorld:
    """The service that the clients send for."""

    def __init__(self, platform) -> None:
        self.platform = platform
        self.id = platform.services[SERVICE]["id"]
        platform.manage("shell", "-v0", "-c", _STORE.format(service=self.id))

    def template(self, name: str) -> str:
        """Return the id of a template."""
        return self.platform.template(name, SERVICE)

    @functools.cached_property
    def sms_sender(self) -> str:
        """Return the id of the sender that is not used unless asked for."""
        return self._id_of("service_sms_senders", "sms_sender", "SECOND")

    @functools.cached_property
    def reply_to(self) -> str:
        """Return the id of the reply-to address that is not used unless asked for."""
        return self._id_of("service_email_reply_to", "email_address", "second@clients.example")

    def _id_of(self, table: str, column: str, value: str) -> str:
        statement = f"SELECT id FROM {table} WHERE service_id = %s AND {column} = %s"
        return str(self.platform.sql(statement, self.id, value)[0][0])

    @functools.cached_property
    def checked_letter(self) -> str:
        """Return the id of a letter whose PDF is there."""
        client = self.platform.client("clients_test", SERVICE)
        content = base64.b64encode(small_pdf()).decode()
        sent = client.post(
            "/v2/notifications/letter", data={"reference": "checked", "content": content}
        )
        path = f"/v2/notifications/{sent['id']}"
        eventually(
            lambda: client.get(path)["status"] == "received", what="the end of a test letter"
        )
        return sent["id"]

    def mails(self) -> list[dict]:
        """Return the mails that were received."""
        return self.platform.received()["mails"]
