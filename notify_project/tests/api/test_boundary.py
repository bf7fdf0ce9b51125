import logging
from io import BytesIO

import psycopg2
import psycopg2.errors
import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.test import Client
from rest_framework.exceptions import ParseError

from notify_project.api.errors import BadRequest, NoResultFound
from notify_project.api.middleware import HEADERS
from notify_project.tests.api import sample_urls

pytestmark = pytest.mark.urls("notify_project.tests.api.sample_urls")
NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please "
    "check your spelling and try again."
)
KNOWN = {"authorization": "anything"}


@pytest.fixture
def client():
    return Client(raise_request_exception=True)


@pytest.fixture
def failing(monkeypatch):
    """Make the sample resource raise an error."""
    return lambda error: monkeypatch.setattr(sample_urls, "raises", [error])


def post(client, body, **extra):
    extra.setdefault("content_type", "application/json")
    return client.post("/v2/samples", body, headers=KNOWN, **extra)


@pytest.mark.parametrize(
    "path", ["/v2/nope", "/v2", "/v2/", "/v2/samples/", "/v2/Samples", "/v2/samples/1/2"]
)
def test_an_unknown_path_is_404_in_both_shapes_without_credentials(client, path):
    response = client.post(path)

    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "status_code": 404,
        "errors": [{"error": "NotFound", "message": NOT_FOUND}],
        "result": "error",
        "message": NOT_FOUND,
    }


def test_http404_in_a_view_is_worded_alike(client):
    response = client.get("/v2/samples/1", headers=KNOWN)

    assert response.json()["errors"] == [{"error": "NotFound", "message": NOT_FOUND}]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "BREW", "INITIAL"])
def test_a_wrong_method_is_405_in_both_shapes_without_credentials(client, method):
    response = client.generic(method, "/v2/samples")

    message = "The method is not allowed for the requested URL."
    assert response.status_code == 405
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert response.json() == {
        "status_code": 405,
        "errors": [{"error": "MethodNotAllowed", "message": message}],
        "result": "error",
        "message": message,
    }


def test_a_body_announced_as_too_large_is_refused_before_authentication(client, settings):
    settings.MAX_REQUEST_BYTES = 10

    response = client.post("/v2/samples", b"x" * 11, content_type="text/plain")

    assert response.status_code == 413
    assert response.json() == {
        "status_code": 413,
        "errors": [{"error": "RequestEntityTooLarge", "message": "Request body is too large"}],
    }


def test_a_wrong_method_comes_before_a_large_body(client, settings):
    settings.MAX_REQUEST_BYTES = 10

    assert client.put("/v2/samples", b"x" * 11).status_code == 405


def test_authentication_comes_before_the_body(client):
    response = client.post("/v2/samples", b"{", content_type="application/json")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["errors"] == [{"error": "AuthError", "message": "who are you"}]


@pytest.mark.parametrize("body", [b"null", b"false", b"0", b'""', b"[]", b"{}"])
def test_what_is_empty_reads_as_an_empty_object(client, body):
    assert post(client, body).json() == {"read": {}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"a=b",
        b'"\xff"',
        b'"\\ud800"',
        b"\xef\xbb\xbf{}",
        b"NaN",
        b"1e999",
        b"\x00",
        b"[" * 5000,
        b"[" * 101 + b"]" * 101,
        b'{"a":' * 101 + b"1" + b"}" * 101,
        b"[" * 990 + b"1" * 30 + b"]" * 990,
    ],
)
def test_what_is_not_json_is_refused(client, body):
    response = post(client, body)

    assert response.status_code == 400
    message = "Invalid JSON supplied in POST data"
    assert response.json()["errors"] == [{"error": "BadRequestError", "message": message}]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"[1]", [1]),
        (b"123456789012345678901234567890", "123456789012345678901234567890"),
        (b"[" + b"[]," * 200 + b"1]", [[]] * 200 + [1]),
        (b"[" * 100 + b"]" * 100, None),
    ],
)
def test_what_is_json_is_read(client, body, value):
    response = post(client, body)

    assert response.status_code == 201
    assert value is None or response.json() == {"read": value}


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_the_content_type_is_ignored(client, content_type):
    assert post(client, b'{"a": 1}', content_type=content_type).json() == {"read": {"a": 1}}


def test_a_body_may_come_in_chunks(client):
    response = client.generic(
        "POST",
        "/v2/samples",
        headers=KNOWN,
        **{"wsgi.input": BytesIO(b'{"a": 1}'), "wsgi.input_terminated": True},
    )

    assert response.json() == {"read": {"a": 1}}


def test_chunks_are_limited_too(client, settings):
    settings.MAX_REQUEST_BYTES = 7
    chunks = {"wsgi.input": BytesIO(b'{"a": 1}'), "wsgi.input_terminated": True}

    assert client.generic("POST", "/v2/samples", headers=KNOWN, **chunks).status_code == 413


def test_any_accept_header_is_acceptable(client):
    response = client.get("/v2/samples", headers={**KNOWN, "accept": "application/pdf"})

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_of_a_parameter_that_may_not_repeat_the_first_counts(client):
    response = client.get("/v2/samples?one=1&one=2&many=1&many=2&empty=", headers=KNOWN)

    assert response.json()["query"] == {"one": "1", "many": ["1", "2"], "empty": ""}


def test_a_doubled_slash_is_a_single_one(client):
    assert client.get("/", headers=KNOWN, PATH_INFO="//v2/samples").status_code == 200


def test_head_works_where_get_does(client):
    assert client.head("/v2/samples", headers=KNOWN).status_code == 200


def test_options_tells_the_methods_to_anyone(client):
    response = client.options("/v2/samples")

    assert response.status_code == 200
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "path", ["/v2/samples", "/v2/nope", "/service/open", "/notifications/open"]
)
def test_every_answer_has_the_fixed_headers(client, path):
    response = client.get(path)

    assert {name: response[name] for name in HEADERS} == HEADERS
    assert len(response["X-B3-TraceId"]) == 32
    assert len(response["X-B3-SpanId"]) == 16


def test_a_trace_id_is_echoed_if_it_is_one(client):
    trace_id = "0123456789abcdef0123456789abcdef"

    echoed = client.get("/v2/nope", headers={"X-B3-TraceId": trace_id})["X-B3-TraceId"]
    replaced = client.get("/v2/nope", headers={"X-B3-TraceId": "a b"})["X-B3-TraceId"]

    assert echoed == trace_id
    assert len(replaced) == 32


def test_the_length_is_announced(client):
    response = client.get("/v2/nope")

    assert response["Content-Length"] == str(len(response.content))


def test_a_host_that_is_not_ours_is_refused_in_json(client, settings):
    settings.ALLOWED_HOSTS = ["ours.example"]

    response = client.get("/v2/samples", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert response.json()["errors"] == [{"error": "BadRequestError", "message": "Bad request"}]


def test_an_unexpected_error_is_logged_once_and_not_masked(client, failing, caplog):
    error = ConnectionError("secret detail")
    failing(error)

    response = client.get("/v2/samples", headers=KNOWN)

    assert response.status_code == 500
    assert response.json() == {
        "status_code": 500,
        "errors": [{"error": "Exception", "message": "Internal server error"}],
    }
    assert [record.exc_info[1] for record in caplog.records] == [error]


def test_refusals_are_not_logged(client, caplog):
    caplog.set_level(logging.DEBUG)

    client.get("/v2/nope")
    client.get("/v2/samples")

    assert caplog.records == []


def database_error(kind, cause):
    error = kind("lost")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        database_error(OperationalError, psycopg2.OperationalError("refused")),
        database_error(InterfaceError, psycopg2.InterfaceError("closed")),
        database_error(OperationalError, psycopg2.errors.AdminShutdown()),
    ],
)
def test_without_the_database_the_request_may_be_repeated(client, failing, error, db):
    failing(error)

    response = client.get("/v2/samples", headers=KNOWN)

    assert response.status_code == 503
    assert response.json()["errors"][0]["error"] == "ServiceUnavailable"


@pytest.fixture
def browser():
    """A caller that sees the page of an error instead of the error."""
    return Client(raise_request_exception=False)


def test_without_the_database_a_page_asks_for_patience(browser, failing, caplog, db):
    failing(database_error(InterfaceError, psycopg2.InterfaceError("closed")))

    response = browser.get("/page")

    assert response.status_code == 503
    assert "Try again in a few minutes" in response.content.decode()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_log_of_a_page_that_failed_tells_where_but_not_the_address(browser, failing, caplog):
    failing(ZeroDivisionError())

    assert browser.get("/page").status_code == 500
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "in page" in caplog.text
    assert "/page" not in caplog.records[0].getMessage()


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (BadRequest("no"), 400, "BadRequestError"),
        (NoResultFound(), 404, "NoResultFound"),
        (SuspiciousOperation("x"), 400, "BadRequestError"),
        (ParseError("x"), 400, "BadRequestError"),
    ],
)
def test_each_kind_of_error_has_the_envelope(client, failing, error, status, name):
    failing(error)

    response = client.get("/v2/samples", headers=KNOWN)

    assert response.status_code == response.json()["status_code"] == status
    assert [entry["error"] for entry in response.json()["errors"]] == [name]


@pytest.mark.parametrize("path", ["/service/open", "/notifications/open"])
def test_outside_the_public_api_errors_have_the_older_shape(client, path):
    response = client.get(path)

    assert response.status_code == 400
    assert response.json() == {"result": "error", "message": ["one", "two"]}


@pytest.mark.parametrize("path", ["/service/nope", "/notifications/nope", "/_statusx"])
def test_unknown_paths_outside_the_public_api_have_the_older_shape(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert response.json() == {"result": "error", "message": NOT_FOUND}


def test_pages_for_people_stay_pages(client):
    response = client.get("/nothing")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_parse_errors_of_old_endpoints_have_the_older_shape(client, failing):
    failing(ParseError("bad"))

    assert client.get("/service/open").json() == {"result": "error", "message": "bad"}
