import socket
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

from notifications.providers.base import (
    MalformedReceipt,
    OutcomeUnknown,
    RequestRefused,
    Throttled,
    Unavailable,
    UnknownReceiptStatus,
)
from notifications.providers.firetext import Firetext
from notifications.statuses import Status
from notifications.tests.providers.messages import SMS

FIXTURES = Path(__file__).parent / "fixtures" / "firetext"


@pytest.fixture
def firetext(httpserver):
    return Firetext({"url": httpserver.url_for("/send"), "api_key": "secret"})


def read(**fields):
    body = urlencode({"reference": SMS.id, "status": "0", **fields}).encode()
    return Firetext({"url": "", "api_key": ""}).read_receipts(body, {})


def test_posts_the_form_that_firetext_documents(firetext, httpserver):
    httpserver.expect_request("/send").respond_with_json({"code": 0, "description": "sent"})

    firetext.send(SMS)

    request = httpserver.log[0][0]
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(request.get_data(as_text=True))) == {
        "apiKey": "secret",
        "from": "NOTIFY",
        "to": "447700900123",
        "message": "Team: your code is 12345 – keep it",
        "reference": SMS.id,
    }


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, RequestRefused), (401, Unavailable), (429, Throttled), (500, Unavailable)],
)
def test_names_each_refusal(firetext, httpserver, status, error):
    httpserver.expect_request("/send").respond_with_json({"code": 0}, status=status)

    with pytest.raises(error, match=str(status)) as raised:
        firetext.send(SMS)

    assert type(raised.value) is error


@pytest.mark.parametrize(
    "body",
    ['{"code": 2, "description": "447700900123"}', '{"code": false}', "{}", "[0]", "<p>ok</p>", ""],
    ids=["code", "boolean", "no-code", "list", "html", "empty"],
)
def test_without_the_code_of_success_the_text_was_not_sent(firetext, httpserver, body):
    httpserver.expect_request("/send").respond_with_data(body)

    with pytest.raises(Unavailable) as raised:
        firetext.send(SMS)

    assert "447700900123" not in str(raised.value)


def test_no_answer_in_time_means_nobody_knows(settings):
    settings.PROVIDER_TIMEOUT_SECONDS = 0.2
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = Firetext(
            {"url": f"http://127.0.0.1:{listener.getsockname()[1]}/", "api_key": "x"}
        )
        with pytest.raises(OutcomeUnknown):
            provider.send(SMS)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        ("0", "", Status.DELIVERED),
        ("0", "000", Status.DELIVERED),
        ("2", "", Status.PENDING),
        *(("1", code, Status.PERMANENT_FAILURE) for code in ("101", "201", "301", "401")),
        *(
            ("1", code, Status.TEMPORARY_FAILURE)
            for code in ("000", "102", "103", "104", "302", "900")
        ),
    ],
)
def test_reads_each_documented_status(status, code, outcome):
    [found] = read(status=status, code=code)

    assert (found.notification_id, found.reference) == (SMS.id, None)
    assert (found.status, found.status_if_pending) == (outcome, None)


@pytest.mark.parametrize("fields", [{}, {"code": ""}, {"code": "999"}], ids=["no", "empty", "new"])
def test_a_failure_without_a_known_reason_depends_on_what_came_before(fields):
    [found] = read(status="1", **fields)

    assert found.status == Status.PERMANENT_FAILURE
    assert found.status_if_pending == Status.TEMPORARY_FAILURE


@pytest.mark.parametrize(
    ("fixture", "status", "detail"),
    [("delivered", Status.DELIVERED, "0/000"), ("failed", Status.TEMPORARY_FAILURE, "1/102")],
)
def test_reads_recorded_webhooks(fixture, status, detail):
    body = (FIXTURES / f"{fixture}.txt").read_bytes().strip()

    [found] = Firetext({}).read_receipts(body, {})

    assert (found.status, found.detail) == (status, detail)


@pytest.mark.parametrize("status", ["3", "00", "ok"])
def test_does_not_guess_an_unknown_status(status):
    with pytest.raises(UnknownReceiptStatus, match=status):
        read(status=status)


@pytest.mark.parametrize(
    ("body", "lacking"),
    [
        (b"", ["status", "reference"]),
        (b"status=0", ["reference"]),
        (b"reference=1&status=+", ["status"]),
        (b"reference=1&status=", ["status"]),
    ],
    ids=["nothing", "reference", "blank-status", "empty-status"],
)
def test_says_everything_that_a_webhook_lacks(body, lacking):
    with pytest.raises(MalformedReceipt) as refusal:
        Firetext({}).read_receipts(body, {})

    assert list(refusal.value.problems) == [
        f"Firetext callback failed: {name} missing" for name in lacking
    ]


def test_the_detail_of_a_receipt_is_fit_for_a_log():
    [found] = read(code="7\nline 447700900123")

    assert found.detail == "0/7line447"
