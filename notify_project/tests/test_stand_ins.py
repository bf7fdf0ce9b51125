"""The stand-ins of third parties: a mail server and text message providers."""

import json
import smtplib
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager, nullcontext
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import pytest
from werkzeug import Response

from deploy import stub_pages
from notifications.tests.callbacks.certificates import certificate_for_loopback

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
FORM = {
    "apiKey": KEY,
    "from": "Library",
    "to": "447700900123",
    "message": "Your code is 1",
    "reference": "1",
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


class Stubs(NamedTuple):
    url: str
    smtp_port: int
    mmg_url: str

    def control(self, **orders):
        status, body = call(f"{self.url}/control", orders)
        return status, json.loads(body)

    def received(self):
        return json.loads(call(f"{self.url}/received.json")[1])

    def journal(self, name="journal"):
        """Return who was asked, about what, whether it was taken, and the answer."""
        entries = json.loads(call(f"{self.url}/{name}.json")[1])
        return [tuple(each[name] for name in NOTED) for each in entries]


NOTED = ("stand_in", "message", "taken", "answer", "code")


@contextmanager
def running_stubs(*options):
    http_port, smtp_port, mmg_port = free_ports(3)
    ports = ["--http-port", str(http_port), "--smtp-port", str(smtp_port)]
    ports += ["--own-port", f"mmg={mmg_port}"]
    command = [sys.executable, "-m", "deploy.stubs", "--api-key", KEY, *ports, *options]
    with subprocess.Popen(command, cwd=ROOT) as process:
        url = f"http://127.0.0.1:{http_port}"
        try:
            wait_until(lambda: call(f"{url}/counts.json", quiet=True)[0] == 200)
            yield Stubs(url, smtp_port, f"http://127.0.0.1:{mmg_port}/mmg")
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
        url, *_ = request.getfixturevalue("stubs")
        call(f"{url}/control", {"anew": True, "clear": True})


def call(url, value=None, key=KEY, *, form=None, quiet=False, seconds=5, context=None):
    data = None if value is None else json.dumps(value).encode()
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Basic {key}"})
    try:
        with urllib.request.urlopen(request, timeout=seconds, context=context) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        if not quiet:
            raise
        return 0, b""


def test_a_text_is_taken_and_shown(stubs):
    url, *_ = stubs

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
    url, *_ = stubs

    answer = call(f"{url}/mmg", value, key)

    assert answer[0] == status
    assert json.loads(call(f"{url}/received.json")[1])["texts"] == []


@pytest.mark.parametrize(
    ("orders", "outcome", "taken", "said"),
    [
        ({"mode": "ok"}, 200, True, ("ok", None)),
        ({"mode": "error"}, 500, False, ("error", 500)),
        ({"mode": "error", "code": 429}, 429, False, ("error", 429)),
        ({"mode": "garbage"}, 200, True, ("garbage", None)),
        ({"mode": "cut"}, 0, False, ("cut", None)),
        ({"mode": "cut-taken"}, 0, True, ("cut", None)),
        ({"mode": "hang"}, 0, False, ("hung", None)),
        ({"mode": "hang-taken"}, 0, True, ("hung", None)),
        ({"delay_ms": 1000}, 0, False, ("none", None)),
        ({"answer_delay_ms": 1000}, 0, True, ("none", None)),
        ({"mode": "error", "share": 0}, 200, True, ("ok", None)),
    ],
)
def test_a_provider_fails_as_it_is_told_and_notes_it(stubs, orders, outcome, taken, said):
    stubs.control(mmg=orders)

    answer = call(stubs.mmg_url, TEXT, quiet=True, seconds=0.5)

    assert answer[0] == outcome
    wait_until(lambda: stubs.journal() == [("mmg", TEXT["cid"], taken, *said)])
    assert len(stubs.received()["texts"]) == taken


def test_the_answer_has_its_time(stubs):
    call(stubs.mmg_url, TEXT)

    [entry] = json.loads(call(f"{stubs.url}/journal.json")[1])

    assert time.time() - 5 < entry["at"] <= entry["answered_at"] <= time.time()


def test_a_provider_that_refuses_connections_takes_them_again_when_it_is_told(stubs):
    stubs.control(mmg={"mode": "refuse"})
    refused = call(stubs.mmg_url, TEXT, quiet=True)
    stubs.control(mmg={"mode": "ok"})

    assert refused[0] == 0
    assert call(stubs.mmg_url, TEXT)[0] == 200


def test_one_provider_fails_alone(stubs):
    stubs.control(firetext={"mode": "error"})

    assert call(f"{stubs.url}/mmg", TEXT)[0] == 200
    assert call(f"{stubs.url}/firetext", form=FORM)[0] == 500


@pytest.mark.parametrize(
    ("orders", "problem"),
    [
        ({"sms": {"mode": "explode"}}, "mode must be one of: ok, error, garbage"),
        ({"sms": {"mode": "error", "speed": 1}}, "speed is not one of"),
        ({"mmg": {"mode": "error", "delay_ms": -1}}, "delay_ms must be a number, not below 0"),
        ({"mmg": {"mode": "error", "code": 999}}, "999 is not a valid HTTPStatus"),
        (
            {"mmg": {"mode": "error"}, "fax": {}},
            "fax is not one of: sms, mmg, firetext, dvla, mail",
        ),
        ({"mmg": {"mode": "error"}, "firetext": {"mode": "refuse"}}, "firetext has no port"),
        ({"mmg": "error"}, "mmg must be an object"),
        ([], "an object is wanted"),
    ],
)
def test_an_unknown_order_changes_nothing(stubs, orders, problem):
    status, body = call(f"{stubs.url}/control", orders)

    assert status == 400
    assert json.loads(body)["error"].startswith(problem)
    assert set(stubs.control()[1].values()) == {"ok"}


def test_firetext_takes_a_form_and_answers_in_its_own_way(stubs):
    status, body = call(f"{stubs.url}/firetext", form=FORM)

    [text] = stubs.received()["texts"]
    assert (status, json.loads(body)["code"]) == (200, 0)
    assert (text["provider"], text["cid"], text["MSISDN"]) == ("firetext", "1", "447700900123")
    assert stubs.journal() == [("firetext", "1", True, "ok", None)]


@pytest.mark.parametrize(
    ("form", "status"), [({**FORM, "apiKey": "another"}, 401), ({"apiKey": KEY}, 400)]
)
def test_firetext_refuses_a_wrong_request(stubs, form, status):
    assert call(f"{stubs.url}/firetext", form=form)[0] == status


def test_a_receipt_is_posted_until_it_is_taken(httpserver):
    path = "/notifications/sms/mmg"
    httpserver.expect_ordered_request(path).respond_with_response(Response(status=503))
    httpserver.expect_ordered_request(path).respond_with_response(Response(status=200))

    with running_stubs("--receipts-to", httpserver.url_for("").rstrip("/")) as (url, *_):
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


def test_receipts_tell_the_outcome_that_is_ordered(httpserver):
    httpserver.expect_request("/notifications/sms/firetext").respond_with_response(Response())

    with running_stubs("--receipts-to", httpserver.url_for("").rstrip("/")) as stubs:
        for outcome in ("permanent-failure", "temporary-failure", "none", "delivered"):
            stubs.control(firetext={"receipt": outcome, "receipt_delay_ms": 0})
            call(f"{stubs.url}/firetext", form=FORM)
        wait_until(lambda: len(httpserver.log) == 3)

    told = {
        (each.form["reference"], each.form["status"], each.form["code"])
        for each, _ in httpserver.log
    }
    assert told == {("1", "1", "101"), ("1", "1", "102"), ("1", "0", "000")}


def test_the_server_of_a_service_notes_what_it_was_told(tmp_path):
    [port] = free_ports(1)
    certificate = certificate_for_loopback(tmp_path)
    options = ["--endpoint", f"library={port}", "--certificate", *map(str, certificate)]
    trusted = ssl.create_default_context(cafile=certificate[0])
    told = {"id": "1", "status": "delivered"}

    with running_stubs(*options) as stubs:
        url = f"https://127.0.0.1:{port}/anything"
        taken = call(url, told, context=trusted)[0]
        stubs.control(library={"mode": "error", "code": 503})
        failed = call(url, told, context=trusted)[0]
        stubs.control(library={"mode": "refuse"})
        refused = call(url, told, context=trusted, quiet=True)[0]
        [kept] = stubs.received()["calls"]
        told_of = stubs.journal("calls")

    assert (taken, failed, refused) == (200, 503, 0)
    assert (kept["endpoint"], kept["body"]) == ("library", told)
    assert told_of == [("library", "1", True, "ok", None), ("library", "1", False, "error", 503)]


def a_mail():
    mail = EmailMessage()
    mail["From"], mail["To"] = "Library <library@example.com>", "ada@example.com"
    mail["Subject"], mail["Message-ID"] = "Hello <Ada>", "<1@example.com>"
    mail.set_content("plain")
    mail.add_alternative("<p>rich</p><script>alert(1)</script>", subtype="html")
    return mail


def test_a_mail_is_taken_and_its_html_cannot_run(stubs):
    url, smtp_port, _ = stubs

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
    url, smtp_port, _ = stubs
    call(f"{url}/control", {"mail": {"mode": mode}})

    with smtplib.SMTP("127.0.0.1", smtp_port) as client, pytest.raises(error) as caught:
        client.send_message(a_mail())

    assert str(code) in str(caught.value)


ID = "6ce466d0-fd6a-11e5-82f5-e0accb9d11a6"


@pytest.mark.parametrize(
    ("mode", "error", "taken", "said"),
    [
        ("ok", None, True, ("ok", None)),
        ("error", smtplib.SMTPDataError, False, ("error", 451)),
        ("cut", smtplib.SMTPServerDisconnected, False, ("cut", None)),
        ("cut-taken", smtplib.SMTPServerDisconnected, True, ("cut", None)),
        ("hang", smtplib.SMTPServerDisconnected, False, ("hung", None)),
        ("hang-taken", smtplib.SMTPServerDisconnected, True, ("hung", None)),
    ],
)
def test_the_mail_server_fails_with_the_whole_mail_and_notes_it(stubs, mode, error, taken, said):
    stubs.control(mail={"mode": mode})
    mail = a_mail()
    mail.replace_header("Message-ID", f"<{ID}.1@example.com>")

    with smtplib.SMTP("127.0.0.1", stubs.smtp_port) as client:
        client.sock.settimeout(0.5)
        with pytest.raises(error) if error else nullcontext():
            client.send_message(mail)
        client.close()

    assert stubs.journal() == [("mail", ID, taken, *said)]
    assert len(stubs.received()["mails"]) == taken


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("silent", smtplib.SMTPServerDisconnected),
        ("garbage", smtplib.SMTPConnectError),
        ("refuse", ConnectionRefusedError),
    ],
)
def test_the_mail_server_fails_before_there_is_a_mail(stubs, mode, error):
    with smtplib.SMTP("127.0.0.1", stubs.smtp_port) as kept:
        stubs.control(mail={"mode": mode})

        with pytest.raises(error):
            smtplib.SMTP("127.0.0.1", stubs.smtp_port, timeout=0.5)
        kept.sock.settimeout(0.5)
        with pytest.raises(smtplib.SMTPException):
            kept.send_message(a_mail())
        kept.close()

    assert stubs.journal() == []


def test_nothing_of_a_text_becomes_markup():
    text = {"at": "now", "sender": "<i>", "MSISDN": "<u>", "msg": "<script>"}

    page = stub_pages.overview([text], []).body.decode()

    assert "<script>" not in page
    assert "&lt;i&gt; to &lt;u&gt;" in page
