"""The official client against the running platform."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from notifications_python_client.errors import HTTPError

from notify_project.tests.end_to_end.platform import eventually


def test_an_email_is_sent_and_delivered(platform):
    client = platform.client()

    sent = client.send_email_notification(
        "amala@example.org", platform.template("email"), {"name": "Amala"}, reference="first"
    )

    platform.await_status(sent["id"], "delivered")
    shown = client.get_notification_by_id(sent["id"])
    mail = platform.received()["mails"][0]
    assert sent["content"]["subject"] == "About Amala"
    assert (shown["status"], shown["reference"]) == ("delivered", "first")
    assert (mail["to"], mail["subject"]) == ("amala@example.org", "About Amala")
    assert "Dear Amala" in mail["text"]


def test_a_text_goes_from_created_over_sending_to_delivered(platform):
    client = platform.client()
    platform.pause("normal")
    platform.pause("receipts")
    try:
        sent = client.send_sms_notification(
            "07900900123", platform.template("text"), {"name": "Amala"}
        )
        seen = [client.get_notification_by_id(sent["id"])["status"]]
        platform.resume("normal")
        platform.await_status(sent["id"], "sending")
        seen.append(client.get_notification_by_id(sent["id"])["status"])
    finally:
        platform.resume("normal")
        platform.resume("receipts")
    platform.await_status(sent["id"], "delivered")
    shown = client.get_notification_by_id(sent["id"])

    texts = platform.received()["texts"]
    assert [*seen, shown["status"]] == ["created", "sending", "delivered"]
    assert [(text["cid"], text["msg"]) for text in texts] == [(sent["id"], "Hello Amala")]
    assert shown["completed_at"] is not None
    assert shown["cost_details"]["billable_sms_fragments"] == 1


def test_a_failed_receipt_is_shown(platform):
    client = platform.client()
    platform.control(sms={"mode": "ok", "receipt": "permanent-failure"})

    sent = client.send_sms_notification("07900900123", platform.template("text"), {"name": "A"})

    assert platform.await_status(sent["id"], "permanent-failure") == "permanent-failure"


def test_a_test_key_reaches_no_provider(platform):
    client = platform.client("test")

    numbers = {"07700900003": "temporary-failure", "07700900002": "permanent-failure"}
    sent = {
        number: client.send_sms_notification(number, platform.template("text"), {"name": "A"})
        for number in [*numbers, "07900900123"]
    }

    for number, answer in sent.items():
        platform.await_status(answer["id"], numbers.get(number, "delivered"))
    assert platform.received()["texts"] == []


def test_the_client_iterates_over_pages_and_reads_templates(platform):
    client = platform.client()
    reference = str(uuid.uuid4())
    ids = [
        client.send_email_notification(
            "amala@example.org", platform.template("email"), {"name": str(n)}, reference=reference
        )["id"]
        for n in range(3)
    ]

    found = list(client.get_all_notifications_iterator(reference=reference))
    templates = client.get_all_templates()["templates"]

    assert [each["id"] for each in found] == ids[::-1]
    assert [each["name"] for each in templates] == ["code", "email", "letter", "text"]
    assert client.get_template(platform.template("text"))["body"] == "Hello ((name))"


def test_the_client_understands_refusals(platform):
    client = platform.client()

    with pytest.raises(HTTPError) as refused:
        client.send_sms_notification("07900900123", platform.template("text"), {})

    assert refused.value.status_code == 400
    assert refused.value.message == [
        {"error": "BadRequestError", "message": "Missing personalisation: name"}
    ]


def test_a_priority_message_overtakes_a_thousand_normal_ones(platform):
    client = platform.client()
    # As slow as real providers are: the order shall not depend on how busy this machine is.
    platform.control(sms={"mode": "ok", "delay_ms": 200})
    platform.pause("normal")
    try:
        with ThreadPoolExecutor(4) as callers:
            list(callers.map(partial(send_numbered, platform), range(4)))
    finally:
        platform.resume("normal")
    urgent = client.send_sms_notification("07900900999", platform.template("code"), {"name": "1"})

    def order():
        return [text["cid"] for text in platform.received()["texts"]]

    eventually(lambda: urgent["id"] in order(), seconds=60)
    platform.control(sms={"mode": "ok", "delay_ms": 0})
    eventually(lambda: len(order()) >= 1001, seconds=60)
    assert len(order()) - 1 - order().index(urgent["id"]) >= 950


def send_numbered(platform, first):
    client = platform.client()
    for number in range(first, 1000, 4):
        client.send_sms_notification(
            f"0790{number:07}", platform.template("text"), {"name": str(number)}
        )


def test_nothing_personal_is_in_redis_or_in_the_logs(platform):
    client = platform.client()
    number, name = "07900900777", "Zyxwvut"
    platform.pause("normal")
    try:
        sent = client.send_sms_notification(number, platform.template("text"), {"name": name})
        held = _everything_in(platform.redis)
    finally:
        platform.resume("normal")
    platform.await_status(sent["id"], "delivered")
    time.sleep(0.2)

    for secret in (number, number[1:], name):
        assert secret not in held
        assert secret not in platform.logs()


def _everything_in(redis):
    parts = []
    for key in redis.scan_iter():
        kind = redis.type(key)
        read = {
            b"string": redis.get,
            b"hash": redis.hgetall,
            b"list": lambda k: redis.lrange(k, 0, -1),
            b"set": redis.smembers,
            b"zset": lambda k: redis.zrange(k, 0, -1),
            b"stream": redis.xrange,
            b"none": lambda _: "ended meanwhile",
        }[kind]
        parts.append(f"{key!r}: {read(key)!r}")
    assert parts
    return "\n".join(parts)
