"""Repeating a request: one message, one answer."""

import contextlib
import hashlib
import json
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from freezegun import freeze_time

from notifications.acceptance import idempotency
from notifications.models import IdempotentAnswer, Notification
from notify_project import clock
from services.creating import update_service


@pytest.fixture
def key():
    return str(uuid.uuid4())


def post(world, key, kind="sms", api_key="K_LIVE", **changes):
    return Client().post(
        f"/v2/notifications/{kind}",
        json.dumps(world.body(kind, **changes)),
        content_type="application/json",
        headers={**world.headers(api_key), "idempotency-key": key},
    )


def stored():
    return Notification.objects.count()


@pytest.mark.parametrize("kind", ["sms", "email", "letter"])
def test_a_repeated_request_gets_the_first_answer_and_stores_nothing(world, key, kind):
    before = stored()
    first, second = post(world, key, kind), post(world, key, kind)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert stored() == before + 1
    assert "Idempotent-Replayed" not in first.headers
    assert second["Idempotent-Replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(world, key):
    post(world, key)
    before = stored()

    response = post(world, key, reference="another")

    assert response.status_code == 422
    assert response.json() == {
        "status_code": 422,
        "errors": [
            {
                "error": "IdempotencyKeyReused",
                "message": "This Idempotency-Key was used for another request",
            }
        ],
    }
    assert stored() == before


def test_the_same_body_at_another_path_is_another_request(world, key):
    body = world.body("sms")
    headers = {**world.headers("K_LIVE"), "idempotency-key": key}
    post(world, key)

    response = Client().post(
        "/v2/notifications/email",
        json.dumps(body),
        content_type="application/json",
        headers=headers,
    )

    assert response.status_code == 422


def test_a_refused_request_leaves_its_key_free(world, key):
    assert post(world, key, phone_number="nobody").status_code == 400

    assert post(world, key).status_code == 201


@pytest.mark.parametrize("other", ["K_LIVE_TEST", "K_OTHER"])
def test_kinds_of_api_key_and_services_do_not_share_keys(world, key, other):
    post(world, key)
    changes = {"template_id": "T_OTHER"} if other == "K_OTHER" else {}

    response = post(world, key, api_key=other, **changes)

    assert response.status_code == 201
    assert "Idempotent-Replayed" not in response.headers


@pytest.mark.parametrize("bad", ["", "a b", "x" * 256, "ké"])
def test_a_key_of_other_than_visible_characters_is_refused(world, bad):
    response = post(world, bad)

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {
            "error": "ValidationError",
            "message": "Idempotency-Key must be 1 to 255 visible ASCII characters",
        }
    ]


def test_a_body_may_come_in_chunks(world, key):
    def send():
        body = BytesIO(json.dumps(world.body("sms")).encode())
        return Client().generic(
            "POST",
            "/v2/notifications/sms",
            headers={**world.headers("K_LIVE"), "idempotency-key": key},
            **{"wsgi.input": body, "wsgi.input_terminated": True},
        )

    first, second = send(), send()

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content


def test_a_request_that_is_still_running_is_told_to_try_again(world, key):
    with answering(world, key):
        response = post(world, key)

    assert response.status_code == 409
    assert response["Retry-After"] == "1"
    assert response.json()["errors"][0]["error"] == "IdempotencyKeyInUse"


@contextlib.contextmanager
def answering(world, key):
    """Let another connection answer a request with the key."""
    row = world.keys["K_LIVE"]
    digest = hashlib.sha256(key.encode()).hexdigest()
    name = f"{row.service_id} {row.key_type} {digest}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
            yield
    finally:
        other.close()


def test_a_repeat_is_answered_though_the_first_used_up_the_day(
    world, key, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        update_service(world.rows["S_LIVE"], actor=None, sms_message_limit=1)
    first = post(world, key)

    second, other = post(world, key), post(world, str(uuid.uuid4()))

    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 429)
    assert second.content == first.content


def test_a_repeat_counts_no_second_message(world, key, redis):
    for _ in range(3):
        post(world, key)

    assert redis.get(f"daily-limit-{world.ids['S_LIVE']}-sms-{clock.now():%Y-%m-%d}") == b"1"


def test_after_72_hours_a_key_may_be_used_again(world, key):
    with freeze_time(clock.now() - timedelta(hours=72, minutes=1)):
        first = post(world, key)
    second = post(world, key)

    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]


def test_answers_are_deleted_after_72_hours(world, key):
    post(world, key)
    IdempotentAnswer.objects.update(created_at=clock.now() - timedelta(hours=71))
    assert idempotency.delete_old_answers() == 0
    IdempotentAnswer.objects.update(created_at=clock.now() - timedelta(hours=73))

    assert idempotency.delete_old_answers() == 1


def test_neither_the_key_nor_the_answer_can_be_read_in_the_database(world):
    post(world, "amala@example.org", reference="amala")

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(idempotent_answers)::text FROM idempotent_answers")
        [(text,)] = cursor.fetchall()
    assert "amala" not in text
    assert "Hi there" not in text


def test_a_simulated_message_is_repeated_too(world, key):
    first = post(world, key, phone_number="07700900000")
    second = post(world, key, phone_number="07700900000")

    assert first.json()["id"] == second.json()["id"]


def test_requests_without_a_key_are_not_joined(world):
    before = stored()

    answers = {world.send("sms").json()["id"] for _ in range(2)}

    assert len(answers) == 2
    assert stored() == before + 2
