"""The stand-ins of third parties: a mail server and a text message provider."""

import json
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from werkzeug import Response

from deploy import stub_pages

ROOT = Path(__file__).resolve().parents[2]
KEY = "mmg-key"
TEXT = {
    "reqType": "BULK",
    "MSISDN": "447700900123",
    "msg": "Your code is <b>1</b>",
    "sender": "Library",
    "cid": "6ce466d0-fd6a-11e5-82f5-e0accb9d11a6",
    "multi": True,
}


def free_ports(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def running_stubs(*options):
    http_port, smtp_port = free_ports(2)
    ports = ["--http-port", str(http_port), "--smtp-port", str(smtp_port)]
    command = [sys.executable, "-m", "deploy.stubs", "--api-key", KEY, *ports, *options]
    with subprocess.Popen(command, cwd=ROOT) as process:
        url = f"http://127.0.0.1:{http_port}"
        try:
            wait_until(lambda: call(f"{url}/counts.json", quiet=True)[0] == 200)
            yield url, smtp_port
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def stubs():
    with running_stubs() as addresses:
        yield addresses


@pytest.fixture(autouse=True)
def well_behaved_stubs(request):
    yield
    if "stubs" in request.fixturenames:
        url, _ = request.getfixturevalue("stubs")
        orders = {"sms": {"mode": "ok", "delay_ms": 0}, "mail": {"mode": "ok"}, "clear": True}
        call(f"{url}/control", orders)


def call(url, value=None, key=KEY, *, quiet=False):
    data = None if value is None else json.dumps(value).encode()
    headers = {"Authorization": f"Basic {key}"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data, headers), timeout=5
        ) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        if not quiet:
            raise
        return 0, b""


def test_a_text_is_taken_and_shown(stubs):
    url, _ = stubs

    status, body = call(f"{url}/mmg", TEXT)

    (text,) = json.loads(call(f"{url}/received.json")[1])["texts"]
    assert status == 200
    assert list(json.loads(body)) == ["Reference"]
    assert {name: text[name] for name in ("cid", "MSISDN", "msg", "sender")} == {
        name: TEXT[name] for name in ("cid", "MSISDN", "msg", "sender")
    }
    assert b"Your code is &lt;b&gt;1&lt;/b&gt;" in call(f"{url}/")[1]


@pytest.mark.parametrize(
    ("value", "key", "status"),
    [
        (TEXT, "another", 401),
        ({}, KEY, 400),
        ([], KEY, 400),
        ({**TEXT, "cid": None}, KEY, 400),
        ({**TEXT, "reqType": "ONE"}, KEY, 400),
    ],
)
def test_a_wrong_request_is_refused(stubs, value, key, status):
    url, _ = stubs

    answer = call(f"{url}/mmg", value, key)

    assert answer[0] == status
    assert json.loads(call(f"{url}/received.json")[1])["texts"] == []


@pytest.mark.parametrize(
    ("orders", "outcome"),
    [
        ({"mode": "error"}, 500),
        ({"mode": "error", "code": 429}, 429),
        ({"mode": "reset"}, 0),
        ({"mode": "refuse", "for_seconds": 0.5}, 0),
    ],
)
def test_the_provider_fails_as_it_is_told(stubs, orders, outcome):
    url, _ = stubs
    call(f"{url}/control", {"sms": orders})
    time.sleep(0.1)

    answer = call(f"{url}/mmg", TEXT, quiet=True)

    assert answer[0] == outcome
    wait_until(lambda: call(f"{url}/counts.json", quiet=True)[0] == 200)


@pytest.mark.parametrize(
    ("mode", "said", "taken"),
    [
        ("ok", "ok", True),
        ("error", "error", False),
        ("reset", "cut", True),
        ("hang", "hung", False),
    ],
)
def test_the_journal_says_how_each_text_was_answered(stubs, mode, said, taken):
    url, _ = stubs
    call(f"{url}/control", {"sms": {"mode": mode}, "clear": True})
    began = time.time()

    with suppress(OSError):
        urllib.request.urlopen(
            urllib.request.Request(
                f"{url}/mmg", json.dumps(TEXT).encode(), {"Authorization": f"Basic {KEY}"}
            ),
            timeout=0.5,
        ).close()

    [entry] = json.loads(call(f"{url}/journal.json")[1])
    assert (entry["channel"], entry["message"]) == ("sms", TEXT["cid"])
    assert (entry["answer"], entry["taken"]) == (said, taken)
    assert began <= entry["at"] <= entry["answered_at"] <= time.time()


def test_a_caller_who_does_not_wait_gets_no_answer_in_the_journal(stubs):
    url, _ = stubs
    call(f"{url}/control", {"sms": {"delay_ms": 1000}, "clear": True})

    with pytest.raises(TimeoutError):
        urllib.request.urlopen(
            urllib.request.Request(
                f"{url}/mmg", json.dumps(TEXT).encode(), {"Authorization": f"Basic {KEY}"}
            ),
            timeout=0.2,
        )
    time.sleep(1)

    [entry] = json.loads(call(f"{url}/journal.json")[1])
    assert (entry["answer"], entry["answered_at"], entry["taken"]) == ("none", None, False)


def test_the_journal_knows_mails_by_their_message_id(stubs):
    url, smtp_port = stubs
    call(f"{url}/control", {"clear": True})

    with smtplib.SMTP("127.0.0.1", smtp_port) as client:
        client.send_message(a_mail())

    [entry] = json.loads(call(f"{url}/journal.json")[1])
    assert (entry["channel"], entry["message"]) == ("email", "<1@example.com>")
    assert (entry["answer"], entry["taken"]) == ("ok", True)


def test_an_unknown_order_changes_nothing(stubs):
    url, _ = stubs

    status, body = call(f"{url}/control", {"sms": {"mode": "explode"}})

    assert (status, json.loads(body)) == (
        400,
        {"error": "mode must be one of: ok, error, hang, reset, refuse"},
    )


def test_a_receipt_is_posted_until_it_is_taken(httpserver):
    httpserver.expect_ordered_request("/receipts").respond_with_response(Response(status=503))
    httpserver.expect_ordered_request("/receipts").respond_with_response(Response(status=200))

    with running_stubs("--receipt-url", httpserver.url_for("/receipts")) as (url, _):
        reference = json.loads(call(f"{url}/mmg", TEXT)[1])["Reference"]
        wait_until(lambda: json.loads(call(f"{url}/counts.json")[1])["receipts_accepted"] == 1)

    first, second = (request.get_json() for request, _ in httpserver.log)
    assert first == second
    assert time.strptime(first.pop("deliverytime"), "%Y-%m-%d %H:%M:%S")
    assert first == {
        "CID": TEXT["cid"],
        "status": "3",
        "substatus": "5",
        "reference": reference,
        "MSISDN": TEXT["MSISDN"],
        "recipient": TEXT["MSISDN"],
    }


def a_mail():
    mail = EmailMessage()
    mail["From"], mail["To"] = "Library <library@example.com>", "ada@example.com"
    mail["Subject"], mail["Message-ID"] = "Hello <Ada>", "<1@example.com>"
    mail.set_content("plain")
    mail.add_alternative("<p>rich</p><script>alert(1)</script>", subtype="html")
    return mail


def test_a_mail_is_taken_and_its_html_cannot_run(stubs):
    url, smtp_port = stubs

    with smtplib.SMTP("127.0.0.1", smtp_port) as client:
        client.send_message(a_mail())

    (mail,) = json.loads(call(f"{url}/received.json")[1])["mails"]
    assert (mail["to"], mail["subject"], mail["message_id"]) == (
        "ada@example.com",
        "Hello <Ada>",
        "<1@example.com>",
    )
    assert mail["text"].strip() == "plain"
    with urllib.request.urlopen(f"{url}/mails/{mail['number']}.html") as page:
        assert "sandbox" in page.headers["Content-Security-Policy"]
    assert b'sandbox=""' in call(f"{url}/mails/{mail['number']}")[1]
    assert b"Hello &lt;Ada&gt;" in call(f"{url}/")[1]


@pytest.mark.parametrize(
    ("mode", "error", "code"),
    [
        ("reject-recipient", smtplib.SMTPRecipientsRefused, 550),
        ("unavailable", smtplib.SMTPSenderRefused, 451),
    ],
)
def test_the_mail_server_refuses_as_it_is_told(stubs, mode, error, code):
    url, smtp_port = stubs
    call(f"{url}/control", {"mail": {"mode": mode}})

    with smtplib.SMTP("127.0.0.1", smtp_port) as client, pytest.raises(error) as caught:
        client.send_message(a_mail())

    assert str(code) in str(caught.value)


def test_nothing_of_a_text_becomes_markup():
    text = {"at": "now", "sender": "<i>", "MSISDN": "<u>", "msg": "<script>"}

    page = stub_pages.overview([text], []).body.decode()

    assert "<script>" not in page
    assert "&lt;i&gt; to &lt;u&gt;" in page
