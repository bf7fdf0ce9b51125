"""What is heard of a letter after it was made: from the printer, and from the post."""

import time

import jwt
import pytest
import requests  # noqa: TID251 - this is a printer, not the platform
from django.core import signing

from notifications.tests.callbacks.certificates import server_context
from notifications.tests.receipts.letter_events import event
from notify_project.tests.end_to_end.clients_world import ADDRESS, SERVICE
from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.end_to_end.test_callbacks import Told
from notify_project.tests.quick_server import QuickServer

_TELL = """
from services.callbacks import set_callback
from services.models import Service
service = Service.objects.get(id="{service}")
set_callback(service, "returned_letter", url="{url}", token="a token of theirs", actor=None)
"""


@pytest.fixture
def told(platform):
    """Let the service be told of letters that come back."""
    with QuickServer(
        host="127.0.0.1", ssl_context=server_context(*platform.certificate), threaded=True
    ) as server:
        told = Told(server.url_for("/returned"))
        server.expect_request("/returned").respond_with_handler(told.handle)
        service = platform.services[SERVICE]["id"]
        platform.manage("shell", "-v0", "-c", _TELL.format(service=service, url=told.url))
        yield told


def work(platform):
    """Do what waits for workers of letters, of which this platform has none."""
    platform.manage("run_worker", "letters", "--burst")


def call_as_printer(platform, letter_id, sheets):
    token = signing.dumps(letter_id, key=platform.env["SECRET_KEY"], salt="letter callback")
    posted = {"totalSheets": sheets, "postageClass": "2ND", "mailingProduct": "MM"}
    url = f"{platform.api_url}/notifications/letter/status?token={token}"
    return requests.post(url, json=event(letter_id, properties=posted), timeout=30)


def report_returned(platform, reference):
    claims = {"iss": "notify-admin", "iat": int(time.time())}
    token = jwt.encode(claims, platform.env["INTERNAL_API_SECRET"], "HS256")
    return requests.post(
        f"{platform.api_url}/letters/returned",
        json={"references": [reference]},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )


def test_a_letter_is_made_posted_and_comes_back(platform, told):
    client = platform.client("clients", SERVICE)
    template = platform.template("letter", SERVICE)
    sent = client.send_letter_notification(
        template, {**ADDRESS, "name": "Amala"}, reference="case 7"
    )
    work(platform)
    assert client.get_pdf_for_letter(sent["id"]).read().startswith(b"%PDF-")

    assert call_as_printer(platform, sent["id"], "1").status_code == 204
    platform.await_status(sent["id"], "delivered")
    shown = client.get_notification_by_id(sent["id"])
    [[reference]] = platform.sql("SELECT reference FROM notifications WHERE id = %s", sent["id"])
    assert report_returned(platform, reference).status_code == 204
    work(platform)
    assert platform.status_of(sent["id"]) == "returned-letter"
    [(body, authorization)] = eventually(lambda: told.seen, what="a call")

    assert (shown["status"], shown["completed_at"] is None) == ("received", False)
    assert client.get_notification_by_id(sent["id"])["status"] == "received"
    assert authorization == "Bearer a token of theirs"
    assert body == {
        "notification_id": sent["id"],
        "reference": "case 7",
        "date_sent": shown["created_at"],
        "sent_by": "API",
        "template_name": "letter",
        "template_id": template,
        "template_version": 1,
        "spreadsheet_file_name": None,
        "spreadsheet_row_number": None,
        "upload_letter_file_name": None,
    }
