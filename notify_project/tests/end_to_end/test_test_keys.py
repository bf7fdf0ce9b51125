"""What is sent with a test key passes all processes, ends, and reaches no provider."""

import io

import pytest

from notify_project.tests.end_to_end.clients_world import ADDRESS, small_pdf
from notify_project.tests.end_to_end.deferred import switch
from notify_project.tests.end_to_end.platform import eventually

MODES = ("persist_first", "queue_first")


@pytest.fixture(params=MODES)
def accept_mode(platform, request):
    switch(platform, request.param)
    yield request.param
    switch(platform, "persist_first")


def send_everything(platform, client):
    """Send one of each kind and return their ids."""
    values = {"name": "Amala"}
    sent = [
        client.send_sms_notification("07900900123", platform.template("text"), values),
        client.send_sms_notification("07900900123", platform.template("code"), values),
        client.send_email_notification("amala@example.org", platform.template("email"), values),
        client.send_letter_notification(platform.template("letter"), ADDRESS | values),
        client.send_precompiled_letter_notification("finished", io.BytesIO(small_pdf())),
    ]
    return [each["id"] for each in sent]


def test_nothing_of_a_test_key_reaches_a_provider_whatever_its_kind(platform, accept_mode):
    ids = send_everything(platform, platform.client("test"))

    eventually(lambda: statuses(platform, ids) == ["delivered"] * 5, what="the end of every one")
    received = platform.received()
    assert (received["texts"], received["mails"]) == ([], [])
    assert platform.sql("SELECT id FROM notification_history WHERE id = ANY(%s::uuid[])", ids) == []


def statuses(platform, ids):
    rows = platform.sql(
        "SELECT notification_status FROM notifications WHERE id = ANY(%s::uuid[])", ids
    )
    return [status for (status,) in rows]
