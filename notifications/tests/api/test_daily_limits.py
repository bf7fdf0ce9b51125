"""How a day's limit is counted, from the call to the counter."""

import pytest

from notify_project import clock
from services.creating import update_service

SIMULATED = {
    "sms": {"phone_number": "07700900000"},
    "email": {"email_address": "simulate-delivered@notifications.service.gov.uk"},
}


@pytest.fixture
def limit(world, django_capture_on_commit_callbacks):
    """Return a function that gives the live service a limit of the day."""

    def set_limit(**columns):
        with django_capture_on_commit_callbacks(execute=True):
            update_service(world.rows["S_LIVE"], actor=None, **columns)

    return set_limit


def counted(world, redis, word):
    key = f"daily-limit-{world.ids['S_LIVE']}-{word}-{clock.now():%Y-%m-%d}"
    return redis.get(key), redis.ttl(key)


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_three_of_three_are_accepted_and_the_fourth_is_refused(world, redis, limit, kind):
    limit(sms_message_limit=3, email_message_limit=3)

    answers = [world.send(kind) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    message = f"Exceeded send limits ({kind}: 3) for today"
    assert answers[3].json() == {
        "status_code": 429,
        "errors": [{"error": "TooManyRequestsError", "message": message}],
    }
    value, ends = counted(world, redis, kind)
    assert (value, 0 < ends <= 86_400) == (b"3", True)


def test_normal_and_team_keys_share_the_limit(world, limit):
    limit(sms_message_limit=1)

    answers = [
        world.send("sms", key, phone_number="07700900986") for key in ("K_LIVE", "K_LIVE_TEAM")
    ]

    assert [answer.status_code for answer in answers] == [201, 429]


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_test_keys_and_simulated_recipients_use_nothing_up(world, redis, kind):
    assert world.send(kind, "K_LIVE_TEST").status_code == 201
    assert world.send(kind, **SIMULATED[kind]).status_code == 201

    assert not int(counted(world, redis, kind)[0] or 0)


def test_what_is_refused_uses_nothing_up(world, redis):
    assert world.send("sms", phone_number="nobody").status_code == 400

    assert not int(counted(world, redis, "sms")[0] or 0)


def test_a_stored_nothing_is_kept_with_its_end(world, redis, limit):
    limit(sms_message_limit=1)
    key = f"daily-limit-{world.ids['S_LIVE']}-sms-{clock.now():%Y-%m-%d}"
    redis.set(key, 0, ex=100)

    assert world.send("sms").status_code == 201

    value, ends = counted(world, redis, "sms")
    assert (value, 90 < ends <= 100) == (b"1", True)
