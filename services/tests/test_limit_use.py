from datetime import UTC, datetime, timedelta

import pytest

from services.day_counters import day_counter
from services.limit_use import limit_use
from services.request_buckets import bucket_key
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_what_was_used_of_each_limit_stands_beside_it(redis):
    service = ServiceFactory(sms_message_limit=10)
    redis.set(day_counter(service.id, "sms", NOW), 7)

    days = {day.word: (day.used, day.limit) for day in limit_use(service, NOW).days}

    assert days["sms"] == (7, 10)
    assert days["email"] == (None, 250_000)
    assert days["international_sms"] == (None, 100)


def test_a_bucket_that_nobody_used_is_full_and_a_used_one_fills_up(redis):
    service = ServiceFactory(rate_limit=60)
    at = NOW - timedelta(seconds=5)
    redis.hset(
        bucket_key(service.id, "normal"), mapping={"tokens": 3, "at": f"{at.timestamp():.6f}"}
    )

    minutes = {
        each.key_type: (each.room, each.capacity) for each in limit_use(service, NOW).minutes
    }

    assert minutes == {"normal": (7, 20), "team": (20, 20), "test": (20, 20)}


def test_looking_takes_nothing(redis):
    service = ServiceFactory()

    limit_use(service, NOW)

    assert redis.keys() == []


def test_a_counter_that_is_no_number_is_not_shown(redis):
    service = ServiceFactory()
    redis.set(day_counter(service.id, "sms", NOW), "many")

    assert [day.used for day in limit_use(service, NOW).days] == [None] * 4


def test_without_redis_limits_are_shown_and_nothing_else():
    use = limit_use(ServiceFactory(), NOW)

    assert not use.is_known
    assert [day.used for day in use.days] == [None] * 4
    assert use.minutes == []
