"""What the callers of the public API are told before anything else, over HTTP."""

import time
import uuid

import jwt
import pytest
from django.test import Client

from services.tests.factories import ApiKeyFactory

pytestmark = pytest.mark.django_db

MISSING = "Unauthorized: authentication token must be provided"
NOT_FOUND = "Invalid token: API key not found"


@pytest.fixture
def key():
    return ApiKeyFactory()


def token(key, secret=None):
    claims = {"iss": str(key.service_id), "iat": int(time.time())}
    return jwt.encode(claims, secret or key.secret, "HS256")


def body_of(status, message):
    return {"status_code": status, "errors": [{"error": "AuthError", "message": message}]}


def test_a_token_in_the_query_is_not_looked_at(key):
    response = Client().get(f"/v2/templates?token={token(key)}")

    assert (response.status_code, response.json()) == (401, body_of(401, MISSING))


@pytest.mark.parametrize(("method", "path", "status"), [("get", "nope", 404), ("put", "", 405)])
def test_routes_and_methods_are_told_before_the_caller_is_known(method, path, status):
    response = getattr(Client(), method)(f"/v2/templates{path}")

    assert response.status_code == status


def test_a_caller_who_is_not_known_has_no_body_read_and_takes_no_token(key, redis):
    header = f"Bearer {token(key, secret=str(uuid.uuid4()))}"

    response = Client().post(
        "/v2/notifications/sms", b"{", "application/json", headers={"authorization": header}
    )

    assert (response.status_code, response.json()) == (403, body_of(403, NOT_FOUND))
    assert redis.keys("rate-limit-*") == []


def test_reading_takes_no_token_of_the_minute(key, redis):
    response = Client().get("/v2/templates", headers={"authorization": f"Bearer {token(key)}"})

    assert (response.status_code, response.json()) == (200, {"templates": []})
    assert redis.keys("rate-limit-*") == []
