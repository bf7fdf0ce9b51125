"""The published cases of authentication, over HTTP and by whole bodies."""

import json
import time
import uuid
from datetime import timedelta

import jwt
import pytest
from django.test import Client

from notify_project import clock
from services.tests.factories import ApiKeyFactory, ServiceFactory

pytestmark = pytest.mark.django_db

MISSING = "Unauthorized: authentication token must be provided"
SCHEME = "Unauthorized: authentication bearer scheme must be used"
MALFORMED = "Invalid token: make sure your API token matches the example at https://docs.example"
NOT_A_UUID = "Invalid token: service id is not the right data type"
NO_KEYS = "Invalid token: service has no API keys"
NOT_FOUND = "Invalid token: API key not found"
WRONG_CLOCK = "Error: Your system clock must be accurate to within 30 seconds"
ALGORITHM = "Invalid token: algorithm used is not HS256"
ANOTHER_SECRET = str(uuid.uuid4())
LEFT_OUT = object()


@pytest.fixture
def keys():
    """The keys that the cases name."""
    live = ApiKeyFactory()
    ten_days_ago = clock.now() - timedelta(days=10)
    return {
        "K_LIVE": live,
        "K_ARCHIVED": ApiKeyFactory(service__active=False),
        "K_REVOKED": ApiKeyFactory(service=live.service, revoked=True),
        "K_FORGOTTEN": ApiKeyFactory(service=live.service, expiry_date=ten_days_ago),
        "S_NOKEYS": ServiceFactory(),
    }


def get(header):
    headers = {} if header is None else {"authorization": header}
    return Client().get("/v2/templates", headers=headers)


def token(key, *, secret=None, algorithm="HS256", header=None, **claims):
    now = int(time.time())
    given = {"iss": str(key.service_id), "iat": now, **claims}
    kept = {
        name: value(now) if callable(value) else value
        for name, value in given.items()
        if value is not LEFT_OUT
    }
    # The library checks the type of issuers, and some of the cases have wrong ones.
    text = json.dumps(kept).encode()
    secret = None if algorithm == "none" else secret or key.secret
    return jwt.api_jws.encode(text, secret, algorithm, headers=header)


def body_of(status, message):
    return {"status_code": status, "errors": [{"error": "AuthError", "message": message}]}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="A1"),
        pytest.param({"iss": lambda _: None}, id="A12"),
        pytest.param({"iat": lambda now: now - 28}, id="A18"),
        pytest.param({"iat": lambda now: now + 28}, id="A19"),
        pytest.param({"iat": float}, id="A22"),
        pytest.param({"header": {"typ": None}}, id="A26"),
    ],
)
def test_a_good_token_is_let_in(keys, options):
    if "iss" in options:
        options = {"iss": str(keys["K_LIVE"].service_id).upper()}

    response = get(f"Bearer {token(keys['K_LIVE'], **options)}")

    assert (response.status_code, response.json()) == (200, {"templates": []})


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_has_no_case_a2(keys, scheme):
    assert get(f"{scheme} {token(keys['K_LIVE'])}").status_code == 200


@pytest.mark.parametrize(
    ("header", "status", "message"),
    [
        pytest.param(None, 401, MISSING, id="A3"),
        pytest.param("Basic abc", 401, SCHEME, id="A4"),
        pytest.param("Bearer", 401, SCHEME, id="A5"),
        pytest.param("Bearer abc", 403, MALFORMED, id="A6"),
        pytest.param("Bearer a.b.c", 403, MALFORMED, id="A7"),
    ],
)
def test_a_header_without_a_token_is_refused(header, status, message):
    response = get(header)

    assert (response.status_code, response.json()) == (status, body_of(status, message))


@pytest.mark.parametrize(
    ("key", "options", "message"),
    [
        pytest.param("K_LIVE", {"iss": LEFT_OUT}, "Invalid token: iss field not provided", id="A8"),
        pytest.param("K_LIVE", {"iss": "not-a-uuid"}, NOT_A_UUID, id="A9"),
        pytest.param("K_LIVE", {"iss": 5}, NOT_A_UUID, id="A10"),
        pytest.param(
            "K_LIVE", {"iss": str(uuid.uuid4())}, "Invalid token: service not found", id="A11"
        ),
        pytest.param("K_LIVE", {"iss": "S_NOKEYS"}, NO_KEYS, id="A13"),
        pytest.param("K_ARCHIVED", {}, "Invalid token: service is archived", id="A14"),
        pytest.param("K_LIVE", {"secret": ANOTHER_SECRET}, NOT_FOUND, id="A15"),
        pytest.param(
            "K_LIVE",
            {"secret": ANOTHER_SECRET, "iat": lambda now: now - 3600},
            NOT_FOUND,
            id="A16",
        ),
        pytest.param("K_LIVE", {"iat": LEFT_OUT}, NOT_FOUND, id="A17"),
        pytest.param("K_LIVE", {"iat": lambda now: now - 40}, WRONG_CLOCK, id="A20"),
        pytest.param("K_LIVE", {"iat": lambda now: now + 40}, WRONG_CLOCK, id="A21"),
        pytest.param("K_LIVE", {"iat": "abc"}, WRONG_CLOCK, id="A23"),
        pytest.param(
            "K_LIVE",
            {"algorithm": "HS512"},
            ALGORITHM,
            id="A24",
            marks=pytest.mark.filterwarnings("ignore:The HMAC key"),
        ),
        pytest.param("K_LIVE", {"algorithm": "none"}, ALGORITHM, id="A25"),
        pytest.param("K_LIVE", {"aud": "notify"}, MALFORMED, id="A27"),
        pytest.param("K_LIVE", {"exp": lambda now: now - 100}, MALFORMED, id="A28"),
        pytest.param("K_REVOKED", {}, "Invalid token: API key revoked", id="A29"),
        pytest.param("K_FORGOTTEN", {}, NOT_FOUND, id="A30"),
    ],
)
def test_any_other_token_is_refused(keys, key, options, message):
    if options.get("iss") == "S_NOKEYS":
        options = {"iss": str(keys["S_NOKEYS"].id)}

    response = get(f"Bearer {token(keys[key], **options)}")

    assert (response.status_code, response.json()) == (403, body_of(403, message))


def test_a_token_in_the_query_is_not_looked_at(keys):
    response = Client().get(f"/v2/templates?token={token(keys['K_LIVE'])}")

    assert (response.status_code, response.json()) == (401, body_of(401, MISSING))


@pytest.mark.parametrize(("method", "path", "status"), [("get", "nope", 404), ("put", "", 405)])
def test_routes_and_methods_are_told_before_the_caller_is_known(method, path, status):
    response = getattr(Client(), method)(f"/v2/templates{path}")

    assert response.status_code == status


def test_a_caller_who_is_not_known_has_no_body_read_and_takes_no_token(keys, redis):
    header = f"Bearer {token(keys['K_LIVE'], secret=ANOTHER_SECRET)}"

    response = Client().post(
        "/v2/notifications/sms", b"{", "application/json", headers={"authorization": header}
    )

    assert (response.status_code, response.json()) == (403, body_of(403, NOT_FOUND))
    assert redis.keys("rate-limit-*") == []


def test_reading_takes_no_token_of_the_minute(keys, redis):
    assert get(f"Bearer {token(keys['K_LIVE'])}").status_code == 200
    assert redis.keys("rate-limit-*") == []
