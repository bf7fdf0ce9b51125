import json

import pytest
from django.test import Client

NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please "
    "check your spelling and try again."
)
NOT_JSON = [{"error": "BadRequestError", "message": "Invalid JSON supplied in POST data"}]
BOTH_MISSING = [
    {"error": "ValidationError", "message": "phone_number is a required property"},
    {"error": "ValidationError", "message": "template_id is a required property"},
]


def call(world, method, path, key=None):
    headers = world.headers(key) if key else {}
    return Client().generic(method, path, b"{}", "application/json", headers=headers)


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        pytest.param("GET", "/v2/nope", None, id="B1"),
        pytest.param("GET", "/v2/notifications/", "K_LIVE", id="B2"),
        pytest.param("POST", "/v2/notifications/foo", "K_LIVE", id="B7"),
        pytest.param("POST", "/v2/notifications/SMS", "K_LIVE", id="case-sensitive"),
        pytest.param("POST", "/v2/notifications/sms/", "K_LIVE", id="trailing slash"),
    ],
)
def test_what_is_not_routed_is_404_in_both_shapes(world, method, path, key):
    response = call(world, method, path, key)

    assert response.status_code == 404
    assert response.json() == {
        "status_code": 404,
        "errors": [{"error": "NotFound", "message": NOT_FOUND}],
        "result": "error",
        "message": NOT_FOUND,
    }


@pytest.mark.parametrize(
    ("method", "path", "key", "allowed"),
    [
        pytest.param("PUT", "/v2/notifications", None, "GET", id="B3"),
        pytest.param("POST", "/v2/notifications", "K_LIVE", "GET", id="B4"),
        pytest.param("DELETE", "/v2/notifications/sms", "K_LIVE", "GET, POST", id="B5"),
    ],
)
def test_a_wrong_method_is_405_with_what_is_allowed(world, method, path, key, allowed):
    response = call(world, method, path, key)

    assert response.status_code == response.json()["status_code"] == 405
    assert response["Allow"].startswith(allowed)
    assert response.json()["result"] == "error"


@pytest.mark.parametrize(
    "path", ["/v2/notifications/abc", "/v2/notifications", "/v2/notifications/sms"]
)
def test_nothing_is_read_without_credentials(world, path):
    response = call(world, "GET", path)

    assert response.status_code == 401
    assert response.json()["errors"] == [
        {
            "error": "AuthError",
            "message": "Unauthorized: authentication token must be provided",
        }
    ]


def test_an_unknown_type_is_told_to_authenticated_callers_only(world):
    assert call(world, "POST", "/v2/notifications/foo").status_code == 401


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        pytest.param(b"", NOT_JSON, id="B9"),
        pytest.param(b"{", NOT_JSON, id="B10"),
        pytest.param(b"a=b", NOT_JSON, id="B11"),
        pytest.param(b"{}", BOTH_MISSING, id="B12"),
        pytest.param(b"null", BOTH_MISSING, id="B13"),
        pytest.param(b"[]", BOTH_MISSING, id="B14"),
        pytest.param(
            b"[1]", [{"error": "ValidationError", "message": "[1] is not of type object"}], id="B15"
        ),
        pytest.param(
            b'"abc"',
            [{"error": "ValidationError", "message": "abc is not of type object"}],
            id="B16",
        ),
    ],
)
def test_bodies_are_judged_as_the_contract_says(world, body, errors):
    response = world.post("sms", body)

    assert response.status_code == 400
    assert response.json() == {"status_code": 400, "errors": errors}


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_the_content_type_does_not_matter(world, content_type):
    response = world.post("sms", world.body("sms"), content_type=content_type)

    assert response.status_code == 201


def test_what_is_accepted_as_an_answer_does_not_matter(world):
    response = Client().post(
        "/v2/notifications/sms",
        json.dumps(world.body("sms")),
        content_type="application/json",
        headers={**world.headers("K_LIVE"), "accept": "application/pdf"},
    )

    assert response.status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b'{"phone_number": "\\ud800"}',
        b'{"personalisation": {"name": 1e400}}',
        b"-",
        b"[1e5",
        b'{"phone_number": "' + b"1" * 10_000_000 + b'"}',
        b'{"email_address": "' + b"a" * 10_000_000 + b'@example.com"}',
        b'{"reference": ' + b"9" * 5000 + b"}",
        b'{"template_id": ["' + b"a" * 1000 + b'"]}',
        b'{"personalisation": {"name": ' + b"[" * 90 + b"]" * 90 + b"}}",
        b'{"' + b"x" * 1_000_000 + b'": 1}',
        b"123456789012345678901234567890",
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
@pytest.mark.parametrize("kind", ["sms", "email"])
def test_hostile_bodies_are_refused_and_never_an_error_of_ours(world, kind, body):
    response = world.post(kind, body)

    assert response.status_code == 400
    assert response.json()["errors"]


def test_a_body_over_the_limit_is_413(world, settings):
    settings.MAX_REQUEST_BYTES = 1000

    response = world.post("sms", b" " * 1001)

    assert response.status_code == 413
    assert response.json()["errors"] == [
        {"error": "RequestEntityTooLarge", "message": "Request body is too large"}
    ]
