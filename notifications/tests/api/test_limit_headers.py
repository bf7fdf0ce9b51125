"""What callers are told of their limits over HTTP, and that it keeps them within these."""

import json
import uuid

import pytest
from django.test import Client
from freezegun import freeze_time

from services.creating import update_service

pytestmark = pytest.mark.usefixtures("files")

NAMES = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
NOON = "2026-03-02T12:00:00Z"
SMS = "/v2/notifications/sms"
ABSENT = [None, None, None]
SEND = {"phone_number": "07900900123", "template_id": "T_SMS0"}
# Both services may send 999 requests at once.
ANSWERS = {
    "sent": ("post", SMS, SEND, 201),
    "simulated": ("post", SMS, SEND | {"phone_number": "07700900000"}, 201),
    "not JSON": ("post", SMS, b"{", 400),
    "against the schema": ("post", SMS, {}, 400),
    "against a rule": ("post", SMS, SEND | {"template_id": "UNKNOWN"}, 400),
    "no such type": ("post", "/v2/notifications/fax", {}, 404),
    "checked": ("post", f"{SMS}/validate", SEND, 200),
    "checked, not JSON": ("post", f"{SMS}/validate", b"{", 400),
    "previewed": ("post", "/v2/template/{T_SMS0}/preview", {}, 200),
    "previewed, no values": ("post", "/v2/template/{T_SMS}/preview", {}, 400),
    "one": ("get", "/v2/notifications/{N_SMS}", None, 200),
    "no such message": ("get", "/v2/notifications/{UNKNOWN}", None, 404),
    "malformed id": ("get", "/v2/notifications/x", None, 404),
    "list": ("get", "/v2/notifications", None, 200),
    "list, wrong query": ("get", "/v2/notifications?status=x", None, 400),
    "PDF not made yet": ("get", "/v2/notifications/{N_LETTER}/pdf", None, 400),
    "template": ("get", "/v2/template/{T_SMS0}", None, 200),
    "template's version": ("get", "/v2/template/{T_SMS0}/version/1", None, 200),
    "templates": ("get", "/v2/templates", None, 200),
    "received texts": ("get", "/v2/received-text-messages", None, 200),
}
STRANGERS = {
    "description": ("get", "/v2/openapi.json", None, 200),
    "page": ("get", "/v2/docs", None, 200),
    "no such path": ("get", "/v2/nothing", None, 404),
    "wrong method": ("delete", "/v2/templates", None, 405),
    "no token": ("get", "/v2/templates", None, 401),
    "no token, sending": ("post", SMS, SEND, 401),
}


def ask(world, method, path, body=None, key="K_LIVE", **headers):
    """Ask anything; without a key there is no token."""
    data = body if isinstance(body, bytes) else json.dumps(world.put_names(body)).encode()
    signed = world.headers(key) if key else {}
    return Client().generic(
        method.upper(),
        world.put_names(path),
        b"" if body is None else data,
        content_type="application/json",
        headers={**signed, **headers},
    )


def told(response):
    return [response.headers.get(name) for name in NAMES]


@pytest.fixture
def limit(world, django_capture_on_commit_callbacks):
    """Return a function that gives a service limits."""

    def set_limits(name, **columns):
        with django_capture_on_commit_callbacks(execute=True):
            update_service(world.rows[name], actor=None, **columns)

    return set_limits


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_to_a_caller_tells_the_limits(world, name):
    method, path, body, status = ANSWERS[name]
    key = "K_READ" if "{N_" in path else "K_LIVE"
    takes = method == "post" and path.rpartition("/")[2] in {"sms", "fax"}

    with freeze_time(NOON):
        response = ask(world, method, path, body, key)

    assert response.status_code == status
    assert told(response) == ["3000", "998" if takes else "999", "1" if takes else "0"]
    assert "Retry-After" not in response.headers


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_answered_to_anyone_tells_no_limits(world, name):
    method, path, body, status = STRANGERS[name]

    response = ask(world, method, path, body, key=None)

    assert response.status_code == status
    assert told(response) == ABSENT


def test_a_forged_token_is_told_no_limits(world):
    forged = {"authorization": world.headers("K_LIVE")["authorization"][:-4] + "AAAA"}

    response = ask(world, "post", SMS, SEND, key=None, **forged)

    assert response.status_code == 403
    assert told(response) == ABSENT


def test_a_refused_kind_of_key_is_told_its_limits(world):
    response = world.send("letter", "K_LIVE_TEAM")

    assert response.status_code == 403
    assert told(response)[:2] == ["3000", "998"]


def test_a_repeat_tells_the_limits_too(world):
    key = str(uuid.uuid4())

    answers = [
        ask(world, "post", SMS, SEND | {"reference": text}, **{"idempotency-key": key})
        for text in ("a", "a", "b")
    ]

    assert [response.status_code for response in answers] == [201, 201, 422]
    assert [told(response)[0] for response in answers] == ["3000"] * 3


def test_a_minute_that_is_used_up_says_when_to_go_on(world):
    body = {"template_id": "T_SMS_SLOW"}
    with freeze_time(NOON):
        first, second = (world.send("sms", "K_SLOW", **body) for _ in range(2))

    assert (first.status_code, told(first)) == (201, ["3", "0", "20"])
    assert (second.status_code, told(second)) == (429, ["3", "0", "40"])
    assert second["Retry-After"] == "40"


def test_waiting_as_retry_after_says_is_long_enough(world):
    body = {"template_id": "T_SMS_SLOW"}
    with freeze_time(NOON) as time:
        for _ in range(5):
            refused = world.send("sms", "K_SLOW", **body)
        time.tick(int(refused["Retry-After"]))

        assert world.send("sms", "K_SLOW", **body).status_code == 201


def test_a_day_that_is_used_up_says_to_wait_for_midnight(world):
    with freeze_time("2026-03-02T23:00:00Z"):
        response = world.send("email", "K_LIMITED", template_id="T_EMAIL_LIMITED")

    assert (response.status_code, told(response)) == (429, ["3000", "0", "3600"])
    assert response["Retry-After"] == "3600"


@pytest.mark.parametrize(
    ("service", "template", "limits", "number"),
    [
        ("SLOW", "T_SMS_SLOW", {}, 12),
        ("SLOW", "T_SMS_SLOW", {"rate_limit": 1}, 5),
        ("SLOW", "T_SMS_SLOW", {"rate_limit": 25}, 40),
        ("LIMITED", "T_SMS_LIMITED", {}, 4),
        ("LIMITED", "T_SMS_LIMITED", {"rate_limit": 7, "sms_message_limit": 5}, 22),
    ],
)
def test_a_client_that_obeys_is_never_refused(world, limit, service, template, limits, number):
    limit(f"S_{service}", **limits)
    statuses = []
    with freeze_time(NOON) as time:
        for _ in range(number):
            response = world.send("sms", f"K_{service}", template_id=template)
            statuses.append(response.status_code)
            if response["RateLimit-Remaining"] == "0":
                time.tick(int(response["RateLimit-Reset"]))

    assert statuses == [201] * number


def test_without_redis_nothing_is_told_and_nothing_refused(world, settings):
    settings.REDIS_ENABLED = False

    answers = [world.send("sms", "K_SLOW", template_id="T_SMS_SLOW") for _ in range(3)]

    assert [response.status_code for response in answers] == [201] * 3
    assert [told(response) for response in answers] == [ABSENT] * 3
    assert told(ask(world, "get", "/v2/templates")) == ABSENT
