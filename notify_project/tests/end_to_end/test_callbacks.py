"""What a service is told of, whatever dies in between."""

import json
import threading
import time

import pytest
import requests  # noqa: TID251 - this is a provider, not the platform
from werkzeug import Response

from notifications.tests.callbacks.certificates import server_context
from notify_project.tests.end_to_end.platform import eventually
from notify_project.tests.quick_server import QuickServer


class Told:
    """A service's own server."""

    def __init__(self, url):
        self.url = url
        self.seconds = 0
        self.seen = []
        self._lock = threading.Lock()

    def handle(self, request):
        """Take one call."""
        with self._lock:
            self.seen.append((json.loads(request.data), request.headers["Authorization"]))
        time.sleep(self.seconds)
        return Response(status=200)


@pytest.fixture
def told(platform):
    tls = server_context(*platform.certificate)
    with QuickServer(host="127.0.0.1", ssl_context=tls, threaded=True) as server:
        told = Told(server.url_for("/told"))
        server.expect_request("/told").respond_with_handler(told.handle)
        tell(platform, told.url)
        yield told


def tell(platform, url):
    """Let the service be told at an address, set up as its people would."""
    callbacks = [
        {"type": kind, "url": url, "bearer_token_env": "TOLD_TOKEN"}
        for kind in ("delivery_status", "inbound_sms")
    ]
    path = platform.directory / "callback.yaml"
    numbers = [{"number": NUMBER, "provider": "mmg"}]
    services = [{**SERVICE, "callbacks": callbacks}]
    path.write_text(json.dumps({"inbound_numbers": numbers, "services": services}))
    platform.env["TOLD_TOKEN"] = "a token of theirs"
    platform.manage("apply_config", str(path))


NUMBER = "07700900789"
SERVICE = {
    "name": "Told",
    "organisation": "End to end",
    "live": True,
    "prefix_sms": False,
    "permissions": ["sms", "inbound_sms"],
    "inbound_number": NUMBER,
}


def send(platform, number="07700900003"):
    client = platform.client("told", "Told")
    return client.send_sms_notification(number, platform.template("text", "Told"), {"name": "A"})


def state(platform, sent):
    rows = platform.sql(
        "SELECT state, attempts FROM callback_deliveries WHERE subject_id = %s", sent["id"]
    )
    return rows[0] if rows else None


def test_a_service_is_told_of_the_end_of_its_message(platform, told):
    sent = send(platform)

    eventually(lambda: state(platform, sent) == ("done", 1), what="a callback")
    [(body, authorization)] = told.seen
    shown = platform.client("told", "Told").get_notification_by_id(sent["id"])
    assert authorization == "Bearer a token of theirs"
    assert (body["id"], body["status"], body["to"]) == (
        sent["id"],
        "temporary-failure",
        "07700900003",
    )
    assert body["completed_at"] == shown["completed_at"]


def test_a_worker_killed_while_a_service_listens_tells_it_again(platform, told):
    told.seconds = 3
    sent = send(platform)
    eventually(lambda: told.seen, what="a call")

    platform.kill("callbacks")
    told.seconds = 0

    eventually(lambda: state(platform, sent) == ("done", 2), what="a second call", seconds=40)
    assert [body["id"] for body, _ in told.seen] == [sent["id"]] * 2


def test_a_service_reads_and_is_told_what_people_text_to_it(platform, told):
    text = {
        "MSISDN": "447700900123",
        "Number": "447700900789",
        "Message": "Yes%2C+please",
        "ID": "SMS-1",
        "DateRecieved": "2026-07-01+11%3A56%3A11",
    }
    url = f"http://127.0.0.1:{platform.web_port}/notifications/sms/receive/mmg"

    answers = [
        requests.post(url, json=text, auth=("notify", password), timeout=10).status_code
        for password in ("s3cret", "s3cret", "wrong")
    ]

    eventually(lambda: told.seen, what="a call")
    client = platform.client("told", "Told")
    [shown] = client.get_received_texts()["received_text_messages"]
    assert answers == [200, 200, 403]
    assert (shown["user_number"], shown["notify_number"]) == ("447700900123", NUMBER)
    assert shown["content"] == "Yes, please"
    assert [body for body, _ in told.seen] == [
        {
            "id": shown["id"],
            "source_number": "447700900123",
            "destination_number": NUMBER,
            "message": "Yes, please",
            "date_received": "2026-07-01T10:56:11.000000Z",
        }
    ]
