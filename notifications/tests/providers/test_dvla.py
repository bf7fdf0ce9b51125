"""The print API, as its documentation has it."""

import base64
import json
import socket
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from freezegun import freeze_time
from werkzeug import Response

from notifications.providers.base import (
    MalformedReceipt,
    OutcomeUnknown,
    RequestRefused,
    Throttled,
    Unavailable,
)
from notifications.providers.dvla import Dvla
from notifications.tests.providers.messages import LETTER
from notify_project import clock
from notify_project.recipients.postal import parse_address

AUTHENTICATE = "/api/thirdparty-access/v1/authenticate"
JOBS = "/api/print-request/v1/print/jobs"


def options(url):
    return {"url": url, "username": "notify", "password": "secret", "api_key": "key"}


def a_token(number=1, *, seconds=3600):
    ends_at = clock.now() + timedelta(seconds=seconds)
    return jwt.encode({"exp": ends_at, "n": number}, "x" * 32, "HS256")


@pytest.fixture
def dvla(httpserver):
    return Dvla(options(httpserver.url_for("/api/")))


@pytest.fixture
def signed_in(httpserver):
    httpserver.expect_request(AUTHENTICATE).respond_with_json({"id-token": a_token()})
    return httpserver


def sent(httpserver):
    return [request for request, _ in httpserver.log if request.path == JOBS]


def signings_in(httpserver):
    return [request for request, _ in httpserver.log if request.path == AUTHENTICATE]


def job_of(dvla, server, **changes):
    server.expect_request(JOBS).respond_with_json({}, status=202)
    dvla.send(replace(LETTER, **changes))
    return sent(server)[-1].json


def test_a_letter_is_a_job_under_the_notifications_id(dvla, signed_in):
    job = job_of(dvla, signed_in, organisation_id="o1")

    assert job == {
        "id": LETTER.id,
        "standardParams": {
            "jobType": "NOTIFY",
            "templateReference": "NOTIFY",
            "businessIdentifier": "ABCDEFGH12345678",
            "recipientName": "Jo Bloggs",
            "address": {"unstructuredAddress": {"line1": "1 High Street", "postcode": "SW1A 1AA"}},
        },
        "customParams": [
            {"key": "pdfContent", "value": base64.b64encode(LETTER.pdf).decode()},
            {"key": "organisationIdentifier", "value": "o1"},
            {"key": "serviceIdentifier", "value": LETTER.service_id},
        ],
        "callbackParams": {
            "target": LETTER.callback_url,
            "retryParams": {"enabled": True, "maxRetryWindow": 10800},
        },
    }
    headers = sent(signed_in)[0].headers
    assert headers["X-API-Key"] == "key"
    assert jwt.decode(headers["Authorization"], options={"verify_signature": False})["n"] == 1
    assert signings_in(signed_in)[0].json == {"userName": "notify", "password": "secret"}


@pytest.mark.parametrize(
    ("postage", "method"),
    [
        ("first", "FIRST"),
        ("second", None),
        ("economy", "ECONOMY"),
        ("europe", "INTERNATIONAL_EU"),
        ("rest-of-world", "INTERNATIONAL_ROW"),
    ],
)
def test_the_postage_is_the_despatch_method(dvla, signed_in, postage, method):
    job = job_of(dvla, signed_in, postage=postage)

    assert job["standardParams"].get("despatchMethod") == method


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Jo\n1\n2\n3\n4\n5\nSW1A 1AA",
            {
                "unstructuredAddress": {
                    **{f"line{number}": str(number) for number in range(1, 6)},
                    "postcode": "SW1A 1AA",
                }
            },
        ),
        (
            "Jo\n1 Rue\n75001 Paris\nFrance",
            {
                "internationalAddress": {
                    "line1": "1 Rue",
                    "line2": "75001 Paris",
                    "country": "France",
                }
            },
        ),
        (
            "Jo\n1\n2\n3\n4\nBFPO 1234\nBF1 1AA",
            {
                "bfpoAddress": {
                    **{f"line{number}": str(number) for number in range(1, 5)},
                    "postcode": "BF1 1AA",
                    "bfpoNumber": "1234",
                }
            },
        ),
        ("Jo\n1 Unit\nBFPO 7", {"bfpoAddress": {"line1": "1 Unit", "bfpoNumber": "7"}}),
        (
            f"Jo\n{'x' * 60}\nSW1A 1AA",
            {"unstructuredAddress": {"line1": "x" * 45, "postcode": "SW1A 1AA"}},
        ),
    ],
)
def test_the_address_has_the_fields_of_its_kind(dvla, signed_in, text, address):
    job = job_of(dvla, signed_in, address=parse_address(text))

    assert job["standardParams"]["address"] == address
    assert job["standardParams"]["recipientName"] == "Jo"


def test_a_long_name_is_cut(dvla, signed_in):
    job = job_of(dvla, signed_in, address=parse_address(f"{'n' * 300}\n1 Road\nSW1A 1AA"))

    assert job["standardParams"]["recipientName"] == "n" * 255


@pytest.mark.parametrize("status", [200, 201, 202, 409])
def test_a_job_that_is_there_is_taken(dvla, signed_in, status):
    signed_in.expect_request(JOBS).respond_with_json({}, status=status)

    dvla.send(LETTER)

    assert len(sent(signed_in)) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RequestRefused),
        (422, RequestRefused),
        (413, RequestRefused),
        (429, Throttled),
        (404, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_any_other_answer_says_whether_to_try_again(dvla, signed_in, status, error):
    signed_in.expect_request(JOBS).respond_with_json({"detail": "Jo Bloggs"}, status=status)

    with pytest.raises(error) as raised:
        dvla.send(LETTER)

    assert type(raised.value) is error
    assert str(raised.value) == str(status)


def test_one_token_serves_many_letters(dvla, signed_in):
    signed_in.expect_request(JOBS).respond_with_json({}, status=202)

    dvla.send(LETTER)
    dvla.send(LETTER)

    assert len(signings_in(signed_in)) == 1


@pytest.mark.parametrize(("seconds", "number"), [(50, 1), (70, 2)])
def test_a_token_is_renewed_a_minute_before_its_end(dvla, signed_in, seconds, number):
    signed_in.clear()
    signed_in.expect_request(AUTHENTICATE).respond_with_json({"id-token": a_token(seconds=120)})
    signed_in.expect_request(JOBS).respond_with_json({}, status=202)
    dvla.send(LETTER)

    with freeze_time(clock.now() + timedelta(seconds=seconds), tick=True):
        dvla.send(LETTER)

    assert len(signings_in(signed_in)) == number


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_are_refused_are_dropped(dvla, signed_in, status):
    signed_in.expect_oneshot_request(JOBS).respond_with_json({}, status=status)
    signed_in.expect_request(JOBS).respond_with_json({}, status=202)

    with pytest.raises(Unavailable):
        dvla.send(LETTER)
    dvla.send(LETTER)

    assert len(signings_in(signed_in)) == 2


@pytest.mark.parametrize(
    "answer",
    [
        Response("{}", 401),
        Response("{}", 500),
        Response("no JSON", 200),
        Response("{}", 200),
        Response("[]", 200),
        Response(json.dumps({"id-token": "x"}), 200),
        Response(json.dumps({"id-token": jwt.encode({}, "x" * 32)}), 200),
        Response(json.dumps({"id-token": None}), 200),
    ],
)
def test_without_a_token_no_letter_leaves(dvla, httpserver, answer):
    httpserver.expect_request(AUTHENTICATE).respond_with_response(answer)

    with pytest.raises(Unavailable, match="authentication"):
        dvla.send(LETTER)

    assert sent(httpserver) == []


def test_a_dead_server_has_surely_nothing():
    with pytest.raises(Unavailable):
        Dvla(options("http://127.0.0.1:1")).send(LETTER)


def test_a_connection_that_breaks_while_signing_in_has_surely_nothing():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        dvla = Dvla(options(f"http://127.0.0.1:{port}"))
        server.settimeout(0.01)
        server.close()

        with pytest.raises(Unavailable):
            dvla.send(LETTER)


def test_a_connection_that_breaks_after_the_letter_leaves_it_open(dvla, signed_in):
    def cut(request):
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response()

    signed_in.expect_request(JOBS).respond_with_handler(cut)

    with pytest.raises(OutcomeUnknown):
        dvla.send(LETTER)


def test_nothing_comes_to_the_address_of_other_providers(dvla):
    assert not Dvla.posts_receipts()
    with pytest.raises(MalformedReceipt):
        dvla.read_receipts(b"{}", {})
