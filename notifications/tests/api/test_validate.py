"""Checking without sending: what a POST would be answered, and no trace."""

import json

import pytest
from django.test import Client

from notifications.models import Notification, NotificationHistory
from notify_project import clock


def validate(world, kind, body=None, key="K_LIVE", **changes):
    body = world.body(kind, **changes) if body is None else body
    return Client().post(
        f"/v2/notifications/{kind}/validate",
        json.dumps(body),
        content_type="application/json",
        headers=world.headers(key),
    )


def messages(response):
    return [error["message"] for error in response.json()["errors"]]


def test_a_good_text_is_shown_with_its_price(world):
    body = world.body("sms", template_id="T_SMS", personalisation={"name": "Jo"})

    response = validate(world, "sms", body)

    assert response.status_code == 200
    answer = response.json()
    assert answer.pop("cost_in_pounds") >= 0
    assert answer.pop("content")["body"] == "Hello Jo"
    assert answer == {
        "valid": True,
        "errors": [],
        "notification_type": "sms",
        "template": {
            "id": world.ids["T_SMS"],
            "version": 1,
            "name": world.rows["T_SMS"].name,
        },
        "simulated": False,
        "postage": None,
        "characters": 8,
        "fragments": 1,
        "pages": None,
        "queue": "normal",
    }


def test_a_good_email_is_shown(world):
    answer = validate(
        world,
        "email",
        template_id="T_EMAIL",
        personalisation={"name": "a.example"},
        sanitise_content_for=["name"],
    ).json()

    assert answer["valid"]
    assert (answer["content"]["subject"], answer["cost_in_pounds"]) == ("Sub a\\. example", 0.0)
    assert answer["content"]["sanitised_content"] == {
        "name": {"unsanitised": "a.example", "sanitised": "a\\. example"}
    }


def test_a_good_letter_is_shown(world):
    answer = validate(world, "letter").json()

    assert answer["valid"]
    assert answer["content"] == {"body": "Dear Jo", "subject": "Re Jo"}
    assert (answer["postage"], answer["queue"]) == ("second", "letters")


def test_every_problem_is_told_at_once(world, settings):
    response = validate(
        world,
        "sms",
        key="K_TRIAL",
        template_id="T_SMS_TRIAL",
        reference=5,
        sms_sender_id="UNKNOWN",
        phone_number="+1 202 555 0111",
    )

    assert messages(response) == [
        "reference 5 is not of type string",
        "Missing personalisation: all",
        world.put_names(
            "sms_sender_id {UNKNOWN} does not exist in database for service id {S_TRIAL}"
        ),
        "Can’t send to this recipient when service is in trial mode – see "
        "https://docs.example#trial-mode",
        "Cannot send to international mobile numbers",
    ]
    assert response.json()["valid"] is False


def test_what_does_not_fit_the_schema_is_not_judged_twice(world):
    response = validate(
        world, "sms", template_id="T_SMS", personalisation=[], phone_number="nobody"
    )

    assert messages(response) == [
        "phone_number Must not contain letters or symbols",
        "personalisation [] is not of type object",
    ]


def test_a_letters_problems_are_told_together(world):
    response = validate(world, "letter", key="K_LIVE_TEAM", personalisation={"name": "x"})

    assert messages(response) == [
        "Cannot send letters with a team api key",
        "Address must be at least 3 lines",
    ]


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("sms", {"template_id": "UNKNOWN"}),
        ("sms", {"template_id": "T_EMAIL0"}),
        ("sms", {"template_id": "T_SMS"}),
        ("sms", {"template_id": "T_SMSALL", "personalisation": {"all": "a" * 919}}),
        ("sms", {"phone_number": "020 7946 0000"}),
        ("email", {"email_address": "a@b"}),
        ("email", {"template_id": "T_EMAIL", "personalisation": {"name": {"file": 5}}}),
        ("email", {"template_id": "T_EMAIL", "personalisation": {"name": {"file": "?"}}}),
        ("email", {"email_reply_to_id": "REPLY_OTHER"}),
        ("letter", {"personalisation": {"name": "Jo", "address_line_1": "A"}}),
        ("letter", {"template_id": "T_QR", "personalisation": {"url": "x" * 600}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_the_first_problem_is_the_one_that_sending_tells(world, kind, changes):
    told, refused = validate(world, kind, **changes), world.send(kind, **changes)

    assert refused.status_code in {400, 403}
    assert told.json()["errors"][0] == refused.json()["errors"][0]


def test_a_limit_that_is_reached_is_a_problem(world):
    response = validate(world, "email", key="K_LIMITED", template_id="T_EMAIL_LIMITED")

    assert messages(response) == ["Exceeded send limits (email: 0) for today"]


@pytest.mark.parametrize("kind", ["sms", "email", "letter"])
def test_nothing_is_stored_counted_or_queued(world, redis, recorded_tasks, kind):
    rows = Notification.objects.count(), NotificationHistory.objects.count()
    validate(world, kind)  # fills the caches
    before = {key: redis.dump(key) for key in redis.keys("*")}

    assert validate(world, kind).status_code == 200

    assert {key: redis.dump(key) for key in redis.keys("*")} == before
    assert not [key for key in before if key.startswith((b"daily-limit", b"rate-limit"))]
    assert (Notification.objects.count(), NotificationHistory.objects.count()) == rows
    assert recorded_tasks == []


def test_what_is_left_of_the_day_is_told(world, redis):
    redis.set(f"daily-limit-{world.ids['S_LIVE']}-sms-{clock.now():%Y-%m-%d}", 250_000)

    response = validate(world, "sms")

    assert response["RateLimit-Remaining"] == "0"
    assert int(response["RateLimit-Reset"]) > 0


def test_a_simulated_recipient_is_named(world):
    assert validate(world, "sms", phone_number="07700900000").json()["simulated"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("{", 400, "Invalid JSON supplied in POST data"),
        ("[1]", 400, "[1] is not of type object"),
    ],
)
def test_a_body_that_is_no_object_is_refused(world, body, status, message):
    response = Client().post(
        "/v2/notifications/sms/validate",
        body,
        content_type="application/json",
        headers=world.headers("K_LIVE"),
    )

    assert (response.status_code, messages(response)) == (status, [message])


def test_an_unknown_type_is_not_found(world):
    assert validate(world, "fax", body={}).status_code == 404
