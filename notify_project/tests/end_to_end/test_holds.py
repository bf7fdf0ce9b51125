"""Holding what is sent, on the running platform."""

import time

from notify_project.tests.end_to_end.platform import eventually


def test_two_seconds_after_a_hold_nothing_more_is_handed_over_and_the_release_loses_nothing(
    platform,
):
    client = platform.client()
    [(service_id,)] = platform.sql("SELECT id::text FROM services WHERE name = 'End to end'")

    def send():
        return client.send_sms_notification(
            "07900900123", platform.template("text"), {"name": "Amala"}
        )["id"]

    def handed_over():
        return sorted(text["cid"] for text in platform.received()["texts"])

    before = [send() for _ in range(3)]
    eventually(lambda: set(before) <= set(handed_over()))
    platform.manage("hold_sending", "service", service_id, "--reason", "wrong text")
    at_once = [send() for _ in range(3)]
    time.sleep(2)
    late = handed_over()
    held = [send() for _ in range(5)]
    time.sleep(2)
    still = handed_over()
    waiting = {platform.status_of(each) for each in held}
    listed = platform.manage("list_holds")
    platform.manage("release_sending", "service", service_id, "--reason", "text corrected")
    for each in (*at_once, *held):
        platform.await_status(each, "delivered")

    assert still == late
    assert waiting == {"created"}
    assert "wrong text" in listed
    # Each once.
    assert handed_over() == sorted((*before, *at_once, *held))
