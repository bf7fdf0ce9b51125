import logging
import uuid
from datetime import timedelta

import pytest

from notifications.models import Notification, NotificationHistory, TemplateUsageRepair
from notify_project import clock
from notify_project.clock import london_today
from templates_app.tests.factories import TemplateFactory

SPELLINGS = {
    "sms": [
        "+447700900000",
        "07700 900000",
        "+447700900111",
        "+44 7700 900 111",
        "447700900222",
        "07700900222",
    ],
    "email": [
        "simulate-delivered@notifications.service.gov.uk",
        "Simulate-Delivered@notifications.service.gov.uk",
        "simulate-delivered-2@notifications.service.gov.uk",
        "simulate-delivered-3@Notifications.Service.GOV.UK",
    ],
}
RECIPIENT = {"sms": "phone_number", "email": "email_address"}


def error_of(response):
    assert response.status_code == 400, response.content
    (error,) = response.json()["errors"]
    return error["error"], error["message"]


def woken(tasks):
    """Return the lanes that tasks were queued on, each named by the task's only argument."""
    lanes = [task for task in tasks if task.function == "deliver_lane"]
    assert all(task.args == (task.queue,) for task in lanes)
    return [task.queue for task in lanes]


def test_the_answer_to_a_text_message(world):
    response = world.send("sms", reference="my ref", sms_sender_id=world.ids["SENDER"])

    body = response.json()
    template_id, service_id = world.ids["T_SMS0"], world.ids["S_LIVE"]
    assert uuid.UUID(body["id"]).version == 4
    assert body == {
        "id": body["id"],
        "reference": "my ref",
        "content": {"body": "Hi there", "from_number": "447700900111"},
        "uri": f"http://testserver/v2/notifications/{body['id']}",
        "template": {
            "id": template_id,
            "version": 1,
            "uri": f"http://testserver/services/{service_id}/templates/{template_id}",
        },
        "scheduled_for": None,
    }


def test_the_answer_to_an_email(world):
    response = world.send(
        "email",
        template_id="T_EMAIL",
        personalisation={"name": "a_b"},
        sanitise_content_for=["name"],
        one_click_unsubscribe_url="https://x.example/u",
    )

    body = response.json()
    service, template_id = world.rows["S_LIVE"], world.ids["T_EMAIL"]
    assert body == {
        "id": body["id"],
        "reference": None,
        "content": {
            "body": "Body a\\_b",
            "subject": "Sub a\\_b",
            "from_email": f"{service.email_sender_local_part}@notify.test",
            "one_click_unsubscribe_url": "https://x.example/u",
        },
        "uri": f"http://testserver/v2/notifications/{body['id']}",
        "template": {
            "id": template_id,
            "version": 1,
            "uri": f"http://testserver/services/{service.id}/templates/{template_id}",
        },
        "scheduled_for": None,
        "sanitised_content": {"name": {"unsanitised": "a_b", "sanitised": "a\\_b"}},
    }


def test_the_answer_to_an_email_shows_the_callers_unsubscribe_link_only(world):
    template = TemplateFactory(unsubscribe=True, service=world.rows["S_LIVE"])
    body = world.body("email", template_id=str(template.id), personalisation={"name": "Jo"})

    content = world.post("email", body).json()["content"]

    assert content["one_click_unsubscribe_url"] is None
    assert content["body"] == "Hello Jo"


def test_what_is_stored_of_a_text_message(world, recorded_tasks):
    response = world.send("sms", reference="my ref", phone_number=" 07900 900123 ")

    row = Notification.objects.get(id=response.json()["id"])
    assert (row.to, row.normalised_to) == ("07900 900123", "447900900123")
    assert (row.client_reference, row.reference) == ("my ref", None)
    assert (row.status, row.key_type, row.is_real) == ("created", "normal", True)
    assert row.api_key_id == world.keys["K_LIVE"].id
    assert row.reply_to_text == "NOTIFY"
    assert NotificationHistory.objects.filter(id=row.id).exists()
    assert woken(recorded_tasks) == ["normal"]


def test_what_is_accepted_is_counted_and_logged_by_its_id(world, counted, caplog):
    caplog.set_level("INFO")

    accepted = world.send("sms").json()
    world.send("sms", phone_number="abc")

    assert counted("notify_accepted_total") == {("sms", "normal"): 1}
    assert f"sms {accepted['id']} is accepted" in caplog.messages


def test_two_messages_may_share_a_reference(world):
    ids = {world.send("sms", reference="abc").json()["id"] for _ in range(2)}

    listed = world.get("/v2/notifications?reference=abc", "K_LIVE").json()["notifications"]
    assert {item["id"] for item in listed} == ids


def test_a_lane_is_woken_once(world, recorded_tasks):
    for _ in range(3):
        assert world.send("sms").status_code == 201

    assert woken(recorded_tasks) == ["normal"]


def test_a_test_key_wakes_its_own_lane_and_leaves_no_history(world, recorded_tasks):
    response = world.send("sms", key="K_LIVE_TEST")

    row = Notification.objects.get(id=response.json()["id"])
    assert (row.is_real, row.key_type) == (False, "test")
    assert not NotificationHistory.objects.filter(id=row.id).exists()
    assert woken(recorded_tasks) == ["research-mode"]


def test_only_what_is_real_is_counted(world, redis):
    world.send("sms", key="K_LIVE_TEST")
    assert not [key for key in redis.scan_iter() if b"template-usage-2" in key]

    world.send("sms")
    assert [key for key in redis.scan_iter() if b"template-usage-2" in key]


@pytest.mark.parametrize(
    ("kind", "recipient"), [(kind, text) for kind, texts in SPELLINGS.items() for text in texts]
)
@pytest.mark.parametrize("key", ["K_LIVE", "K_LIVE_TEAM", "K_LIVE_TEST"])
def test_a_simulated_recipient_leaves_no_trace(world, redis, recorded_tasks, kind, recipient, key):
    before = Notification.objects.count(), NotificationHistory.objects.count()

    response = world.send(kind, key, **{RECIPIENT[kind]: recipient})

    assert response.status_code == 201
    assert set(response.json()) >= {"id", "uri", "template", "content"}
    assert (Notification.objects.count(), NotificationHistory.objects.count()) == before
    assert recorded_tasks == []
    assert not [name for name in redis.scan_iter() if b"usage" in name or b"day" in name]
    assert world.get(f"/v2/notifications/{response.json()['id']}", key).status_code == 404


def test_a_number_that_is_almost_simulated_is_stored(world):
    response = world.send("sms", phone_number="07700900001")

    assert Notification.objects.filter(id=response.json()["id"]).exists()


def test_only_what_the_template_uses_is_stored(world):
    given = {"NA ME": "Jo", "unused": {"a": [1]}, "more": "x" * 10_000}

    response = world.send("sms", template_id="T_SMS", personalisation=given)

    assert response.json()["content"]["body"] == "Hello Jo"
    row = Notification.objects.get(id=response.json()["id"])
    assert row.personalisation == {"NA ME": "Jo"}


def test_the_later_of_two_spellings_wins(world):
    given = {"name": "1", "NA_ME": "2"}

    response = world.send("sms", template_id="T_SMS", personalisation=given)

    shown = world.get(f"/v2/notifications/{response.json()['id']}", "K_LIVE").json()
    assert response.json()["content"]["body"] == shown["body"] == "Hello 2"


@pytest.mark.parametrize("value", [{"k": 1}, [[1, [2]], {"a": "b"}], 2.5, 10**18])
def test_odd_values_are_text_in_the_end(world, value):
    response = world.send("sms", template_id="T_SMS", personalisation={"name": value})

    assert response.status_code == 201
    shown = world.get(f"/v2/notifications/{response.json()['id']}", "K_LIVE").json()
    assert shown["body"] == response.json()["content"]["body"]


@pytest.mark.parametrize(
    ("kind", "changes", "name"),
    [
        ("sms", {"reference": "a\0"}, "reference"),
        ("sms", {"phone_number": "07900900123\0"}, "phone_number"),
        ("email", {"email_address": "a\0@example.com"}, "email_address"),
        ("sms", {"personalisation": {"unused": "\0"}}, "personalisation"),
        ("sms", {"personalisation": {"\0": "x"}}, "personalisation"),
    ],
)
def test_null_characters_are_refused(world, kind, changes, name):
    response = world.send(kind, **changes)

    assert error_of(response) == ("ValidationError", f"{name} must not contain null characters")


def test_references_have_a_longest_length(world):
    text = "x" * 1001

    assert world.send("sms", reference=text[1:]).status_code == 201
    assert error_of(world.send("sms", reference=text)) == (
        "ValidationError",
        f"reference {text} is too long",
    )


@pytest.mark.parametrize("spelling", [str.upper, lambda text: text.replace("-", "")])
def test_template_ids_have_several_spellings(world, spelling):
    template_id = spelling(world.ids["T_SMS0"])

    assert world.send("sms", template_id=template_id).status_code == 201


def test_a_text_message_has_at_most_918_characters(world):
    def send(count):
        return world.send("sms", template_id="T_SMSALL", personalisation={"all": "a" * count})

    assert send(918).status_code == 201
    assert error_of(send(919)) == (
        "BadRequestError",
        "Your message is too long. Text messages cannot be longer than 918 characters. "
        "Your message is 919 characters long.",
    )


def test_an_email_has_at_most_two_million_bytes(world):
    def send(text):
        return world.send("email", template_id="T_EMAILALL", personalisation={"all": text})

    assert send("a" * 2_000_000).status_code == 201
    assert error_of(send("é" * 1_000_000 + "a")) == (
        "BadRequestError",
        "Your message is too long. Emails cannot be longer than 2000000 bytes. "
        "Your message is 2000001 bytes.",
    )


def test_a_schedule_is_checked_and_ignored(world):
    now = clock.now()

    accepted = world.send("sms", scheduled_for=(now + timedelta(hours=2)).isoformat())
    refused = world.send("sms", scheduled_for=(now + timedelta(hours=30)).isoformat())

    assert accepted.json()["scheduled_for"] is None
    assert error_of(refused) == (
        "ValidationError",
        "scheduled_for datetime can only be 24 hours in the future",
    )


def test_a_forbidden_recipient_is_reported_before_the_length(world):
    response = world.send(
        "sms", "K_TRIAL", template_id="T_SMS_TRIAL", personalisation={"all": "a" * 1000}
    )

    assert error_of(response)[1].startswith("Can’t send to this recipient when service is in trial")


def test_a_hidden_template_does_not_exist(world):
    assert error_of(world.send("sms", template_id="T_HIDDEN"))[1] == "Template not found"


def test_items_of_a_list_are_sanitised(world):
    response = world.send(
        "email",
        template_id="T_EMAIL",
        personalisation={"name": ["a_b", 5, "c"]},
        sanitise_content_for=["name"],
    )

    assert response.json()["sanitised_content"] == {
        "name": {"unsanitised": "a_b, 5, c", "sanitised": "a\\_b, 5, c"}
    }


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_without_redis_a_message_is_accepted_and_its_count_noted(world, settings, caplog, kind):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = world.send(kind)

    assert response.status_code == 201
    assert Notification.objects.filter(id=response.json()["id"], status="created").exists()
    repair = TemplateUsageRepair.objects.get()
    assert (str(repair.service_id), repair.day) == (world.ids["S_LIVE"], london_today())
    assert "redis failed" in caplog.text


def test_without_redis_nothing_is_noted_of_what_is_not_real(world, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert world.send("sms", "K_LIVE_TEST").status_code == 201
    assert not TemplateUsageRepair.objects.exists()


def test_logs_say_nothing_personal(world, settings, caplog):
    caplog.set_level(logging.DEBUG)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    world.send("sms", template_id="T_SMS", personalisation={"name": "Amala"})
    world.send("sms", phone_number="07900900123x")

    records = [record for record in caplog.records if not record.name.startswith("django.db")]
    text = " ".join(record.getMessage() for record in records)
    assert records
    assert "Amala" not in text
    assert "900123" not in text


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_the_limit_of_the_day_is_counted_before_the_body_is_read(world, kind):
    if kind == "sms":
        assert world.send("sms", "K_LIMITED", template_id="T_SMS_LIMITED").status_code == 201

    response = world.post(kind, b"{", "K_LIMITED")

    limit = {"sms": 1, "email": 0}[kind]
    assert response.status_code == 429
    assert response.json()["errors"] == [
        {
            "error": "TooManyRequestsError",
            "message": f"Exceeded send limits ({kind}: {limit}) for today",
        }
    ]


def test_the_limit_of_a_minute_is_told(world):
    assert world.send("sms", "K_SLOW", template_id="T_SMS_SLOW").status_code == 201

    response = world.post("sms", b"{", "K_SLOW")

    message = "Exceeded rate limit for key type LIVE of 3 requests per 60 seconds"
    assert response.status_code == 429
    assert response.json()["errors"] == [{"error": "RateLimitError", "message": message}]


@pytest.mark.parametrize(
    "digits", ["9007199254740993", "9223372036854775808", "123456789012345678901234567890"]
)
def test_a_long_number_is_shown_digit_by_digit(world, recorded_tasks, digits):
    body = (
        f'{{"phone_number": "07900900123", "template_id": "{world.ids["T_SMS"]}", '
        f'"personalisation": {{"name": {digits}}}}}'
    ).encode()

    answer = world.post("sms", body)

    assert answer.status_code == 201
    assert answer.json()["content"]["body"] == f"Hello {digits}"
