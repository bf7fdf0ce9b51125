"""The stand-in of a printer that takes letters one by one."""

import base64
import json
import urllib.error
import urllib.request

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from notify_project.tests.test_stand_ins import KEY, running_stubs, wait_until

PDF = b"%PDF-1.7 Dear Jo"
TARGET = "https://notify.example/notifications/letter/status?token=a%3Ab"


@pytest.fixture(scope="module")
def platform():
    """Whoever gets what the printer says."""
    with HTTPServer() as server:
        server.expect_request("/notifications/letter/status").respond_with_response(Response())
        yield server


@pytest.fixture(scope="module")
def running(platform):
    with running_stubs("--receipts-to", platform.url_for("").rstrip("/")) as stubs:
        yield stubs


@pytest.fixture
def stubs(running, platform):
    platform.clear_log()
    yield running
    running.control(anew=True, clear=True)


def ask(stubs, path, value, **headers):
    data = json.dumps(value).encode()
    headers = {"X-API-Key": KEY, "Content-Type": "application/json", **headers}
    request = urllib.request.Request(f"{stubs.url}/dvla{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def sign_in(stubs, password=KEY, **headers):
    credentials = {"userName": "notify", "password": password}
    return ask(stubs, "/thirdparty-access/v1/authenticate", credentials, **headers)


def job(number, *, pdf=PDF, **standard):
    return {
        "id": f"letter-{number}",
        "standardParams": {
            "jobType": "NOTIFY",
            "templateReference": "NOTIFY",
            "businessIdentifier": "ABCDEFGH12345678",
            "recipientName": "Jo",
            "address": {"unstructuredAddress": {"postcode": "SW1A 1AA"}},
            **standard,
        },
        "customParams": [{"key": "pdfContent", "value": base64.b64encode(pdf).decode()}],
        "callbackParams": {"target": TARGET},
    }


def print_job(stubs, value):
    _, answer = sign_in(stubs)
    path = "/print-request/v1/print/jobs"
    return ask(stubs, path, value, Authorization=answer["id-token"])[0]


def heard(platform):
    return [(request.full_path, request.json["data"]) for request, _ in platform.log]


def test_a_letter_is_taken_once_and_kept_without_its_words(stubs):
    first = print_job(stubs, job("once", despatchMethod="FIRST"))
    again = print_job(stubs, job("once"))

    assert (first, again) == (202, 409)
    [letter] = stubs.received()["letters"]
    assert (letter["id"], letter["postage"], letter["size"]) == ("letter-once", "FIRST", len(PDF))
    assert stubs.journal() == [
        ("dvla", "letter-once", True, "ok", None),
        ("dvla", "letter-once", False, "error", 409),
    ]


def test_a_large_letter_is_taken(stubs):
    assert print_job(stubs, job("large", pdf=PDF + b"x" * 5_000_000)) == 202


@pytest.mark.parametrize(
    "value", [{}, [], job(1, pdf=b"text"), job(2, recipientName=""), job(3) | {"customParams": []}]
)
def test_what_is_no_letter_is_refused(stubs, value):
    assert print_job(stubs, value) == 400
    assert stubs.received()["letters"] == []


def test_nobody_prints_without_the_right_key_password_and_token(stubs):
    assert sign_in(stubs, **{"X-API-Key": "wrong"})[0] == 401
    assert sign_in(stubs, "wrong")[0] == 401
    assert ask(stubs, "/print-request/v1/print/jobs", job(4), Authorization="x")[0] == 401
    assert ask(stubs, "/elsewhere", {})[0] == 404


def test_more_than_so_many_a_second_are_too_many(stubs):
    stubs.control(dvla={"per_second": 1})

    wait_until(lambda: print_job(stubs, job("fast")) == 202)
    answers = [print_job(stubs, job(f"fast-{number}")) for number in range(5)]
    assert 429 in answers


@pytest.mark.parametrize(
    ("outcome", "status"), [("delivered", "DESPATCHED"), ("permanent-failure", "REJECTED")]
)
def test_what_became_of_a_letter_is_told_at_its_own_address(stubs, platform, outcome, status):
    stubs.control(dvla={"receipt": outcome, "receipt_delay_ms": 0, "receipt_times": 2})

    print_job(stubs, job(outcome))

    wait_until(lambda: len(platform.log) == 2)
    told = {(path, data["jobId"], data["jobStatus"]) for path, data in heard(platform)}
    assert told == {
        ("/notifications/letter/status?token=a%3Ab", f"letter-{outcome}", status),
    }
    _, data = heard(platform)[0]
    assert ("despatchProperties" in data) is (status == "DESPATCHED")
