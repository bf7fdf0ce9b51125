import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug import Response

from notifications.providers.base import (
    MalformedReceipt,
    OutcomeUnknown,
    RequestRefused,
    Throttled,
    Unavailable,
    UnknownReceiptStatus,
)
from notifications.providers.mmg import Mmg
from notifications.statuses import Status
from notifications.tests.providers.messages import SMS

FIXTURES = Path(__file__).parent / "fixtures" / "mmg"


@pytest.fixture
def mmg(httpserver):
    return Mmg({"url": httpserver.url_for("/send"), "api_key": "secret"})


def mmg_at(port):
    return Mmg({"url": f"http://127.0.0.1:{port}/send", "api_key": "secret"})


@pytest.fixture
def listener():
    """A socket whose server side the test plays itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def receipt(**fields):
    return json.dumps({"CID": SMS.id, "status": "3", **fields}).encode()


def test_posts_what_mmg_documents(mmg, httpserver):
    httpserver.expect_request("/send").respond_with_json({"Reference": "1"})

    mmg.send(SMS)

    request = httpserver.log[0][0]
    assert request.headers["Authorization"] == "Basic secret"
    assert request.headers["Content-Type"] == "application/json"
    assert request.json == {
        "reqType": "BULK",
        "MSISDN": "447700900123",
        "msg": "Team: your code is 12345 – keep it",
        "sender": "NOTIFY",
        "cid": SMS.id,
        "multi": True,
    }


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RequestRefused),
        (401, Unavailable),
        (403, Unavailable),
        (404, Unavailable),
        (422, RequestRefused),
        (429, Throttled),
        (302, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_names_each_refusal(mmg, httpserver, status, error):
    httpserver.expect_request("/send").respond_with_data("{}", status=status)

    with pytest.raises(error, match=str(status)) as raised:
        mmg.send(SMS)

    assert type(raised.value) is error


def test_a_success_without_json_is_none(mmg, httpserver):
    httpserver.expect_request("/send").respond_with_data("<html>ok</html>")

    with pytest.raises(Unavailable):
        mmg.send(SMS)


def test_a_closed_port_means_surely_not_sent(listener):
    port = listener.getsockname()[1]
    listener.close()

    with pytest.raises(Unavailable):
        mmg_at(port).send(SMS)


def test_an_unknown_host_means_surely_not_sent():
    with pytest.raises(Unavailable):
        Mmg({"url": "http://nowhere.invalid/send", "api_key": "x"}).send(SMS)


def test_no_answer_in_time_means_nobody_knows(listener, settings):
    settings.PROVIDER_TIMEOUT_SECONDS = 0.2
    started = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        mmg_at(listener.getsockname()[1]).send(SMS)

    assert time.monotonic() - started < 2


def test_a_connection_that_breaks_after_the_request_means_nobody_knows(listener):
    def read_and_hang_up():
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(read_and_hang_up)
        with pytest.raises(OutcomeUnknown):
            mmg_at(listener.getsockname()[1]).send(SMS)


def test_is_sent_from_many_threads_at_once(mmg, httpserver):
    def slow(request):
        time.sleep(0.02)
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/send").respond_with_handler(slow)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(mmg.send, [replace(SMS, id=str(n)) for n in range(64)]))

    assert sorted(int(request.json["cid"]) for request, _ in httpserver.log) == list(range(64))


def test_errors_do_not_name_the_recipient(mmg, httpserver):
    httpserver.expect_request("/send").respond_with_data("447700900123 is bad", status=400)

    with pytest.raises(RequestRefused) as raised:
        mmg.send(SMS)

    assert "447700900123" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("2", Status.PERMANENT_FAILURE),
        ("3", Status.DELIVERED),
        ("4", Status.TEMPORARY_FAILURE),
        ("5", Status.PERMANENT_FAILURE),
        (3, Status.DELIVERED),
    ],
)
def test_reads_each_documented_status(code, status):
    [found] = mmg_at(1).read_receipts(receipt(status=code), {})

    assert (found.notification_id, found.reference, found.status) == (SMS.id, None, status)


@pytest.mark.parametrize(
    ("fixture", "status", "detail"),
    [("delivered", Status.DELIVERED, "3/7"), ("failed", Status.PERMANENT_FAILURE, "5")],
)
def test_reads_recorded_webhooks(fixture, status, detail):
    [found] = mmg_at(1).read_receipts((FIXTURES / f"{fixture}.json").read_bytes(), {})

    assert (found.status, found.detail) == (status, detail)


@pytest.mark.parametrize("code", ["0", "10", "ok", "3x"])
def test_does_not_guess_an_unknown_status(code):
    with pytest.raises(UnknownReceiptStatus, match=code):
        mmg_at(1).read_receipts(receipt(status=code), {})


@pytest.mark.parametrize(
    ("body", "lacking"),
    [
        (b"", ["not JSON"]),
        (b"CID=1&status=3", ["not JSON"]),
        (b"[]", ["not a JSON object"]),
        (b"{}", ["status missing", "CID missing"]),
        (b'{"CID": "1"}', ["status missing"]),
        (b'{"status": "3", "CID": " "}', ["CID missing"]),
        (b'{"status": "3", "CID": null}', ["CID missing"]),
    ],
)
def test_says_everything_that_a_webhook_lacks(body, lacking):
    with pytest.raises(MalformedReceipt) as refusal:
        mmg_at(1).read_receipts(body, {})

    assert list(refusal.value.problems) == [f"MMG callback failed: {each}" for each in lacking]


def test_the_detail_of_a_receipt_is_fit_for_a_log():
    [found] = mmg_at(1).read_receipts(receipt(substatus="7\nline 447700900123" * 9), {})

    assert found.detail == "3/7line447"
