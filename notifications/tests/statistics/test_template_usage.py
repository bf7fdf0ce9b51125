"""Counting a message as it is sent."""

import logging
import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import OperationalError
from freezegun import freeze_time

from notifications.models import TemplateUsageRepair
from notifications.statistics import repair
from notifications.statistics.template_usage import (
    after_increment,
    increment,
    increment_lost,
    request_rebuilds,
)
from notifications.statistics.usage_counters import usage_key

EIGHT_DAYS = 691_200
SERVICE = uuid.UUID("7e0a1c1c-4b2f-4f6e-9f57-0c0f5c2f9a11")
TEMPLATE = uuid.UUID("0cf5b0f0-6e39-4f7a-8df5-63a2f3b0e0a2")
AT = datetime(2026, 6, 10, 12, tzinfo=UTC)
KEY = usage_key(SERVICE, date(2026, 6, 10))


def count(redis, template=TEMPLATE, at=AT):
    pipeline = redis.pipeline(transaction=False)
    increment(pipeline, SERVICE, template, at)
    return pipeline.execute()[0]


def counts(redis, key=KEY):
    return {field.decode(): int(value) for field, value in redis.hgetall(key).items()}


def test_the_first_message_creates_the_key_with_one_and_eight_days(redis):
    count(redis)

    assert counts(redis) == {str(TEMPLATE): 1}
    assert redis.ttl(KEY) == EIGHT_DAYS


def test_the_second_message_adds_one_and_renews_the_life(redis):
    count(redis)
    redis.expire(KEY, 100)

    count(redis)

    assert counts(redis) == {str(TEMPLATE): 2}
    assert redis.ttl(KEY) == EIGHT_DAYS


def test_another_template_is_another_field(redis):
    other = uuid.uuid4()

    count(redis)
    count(redis, template=other)

    assert counts(redis) == {str(TEMPLATE): 1, str(other): 1}


@pytest.mark.parametrize(
    ("created_at", "day"),
    [
        ("2026-01-15 23:30", "2026-01-15"),
        ("2026-06-10 22:59:59", "2026-06-10"),
        ("2026-06-10 23:00:00", "2026-06-11"),
        ("2026-03-29 00:30", "2026-03-29"),
        ("2026-03-29 23:00:00", "2026-03-30"),
        ("2026-10-24 23:00:00", "2026-10-25"),
        ("2026-10-25 23:59:59", "2026-10-25"),
    ],
)
def test_the_day_is_the_london_day_of_creation(redis, created_at, day):
    count(redis, at=datetime.fromisoformat(created_at).replace(tzinfo=UTC))

    assert redis.keys("service-*") == [f"service-{SERVICE}-template-usage-{day}".encode()]


def test_the_first_message_of_a_day_asks_for_one_rebuild(redis, recorded_tasks):
    for _ in range(3):
        after_increment(count(redis), SERVICE, AT)

    assert [(task.queue, task.function, task.args) for task in recorded_tasks] == [
        ("periodic", "rebuild_template_usage", (str(SERVICE), "2026-06-10"))
    ]


def test_no_rebuild_is_asked_for_while_one_runs(redis, recorded_tasks):
    redis.set(f"{KEY}:rebuild", "somebody")

    after_increment(count(redis), SERVICE, AT)
    request_rebuilds(SERVICE, [date(2026, 6, 10)])

    assert recorded_tasks == []


def test_a_rebuild_that_was_lost_is_asked_for_again(redis, recorded_tasks):
    after_increment(count(redis), SERVICE, AT)
    redis.delete(f"{KEY}:rebuild-asked")

    after_increment(count(redis), SERVICE, AT)

    assert len(recorded_tasks) == 2


def test_waiting_rebuilds_are_remembered_for_a_minute(redis, recorded_tasks):
    after_increment(count(redis), SERVICE, AT)

    assert redis.ttl(f"{KEY}:rebuild-asked") == 60


def test_an_increment_among_other_commands_does_not_spoil_them(redis):
    redis.set(KEY, "not a hash")
    pipeline = redis.pipeline(transaction=False)

    increment(pipeline, SERVICE, TEMPLATE, AT)
    pipeline.set("other", "1")
    answers = pipeline.execute()

    assert answers[1] is True
    assert not isinstance(answers[0], list)


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [None, b"ERR", ConnectionError("gone")])
def test_an_increment_that_failed_notes_the_day(answer):
    after_increment(answer, SERVICE, AT)

    row = TemplateUsageRepair.objects.get()
    assert (row.service_id, row.day) == (SERVICE, date(2026, 6, 10))


@pytest.mark.django_db
def test_a_day_is_noted_once():
    increment_lost(SERVICE, AT)
    increment_lost(SERVICE, AT)

    assert TemplateUsageRepair.objects.count() == 1


@pytest.mark.django_db
def test_without_redis_a_process_notes_a_day_with_one_statement(
    settings, django_assert_num_queries
):
    settings.REDIS_ENABLED = False
    service_id = uuid.uuid4()
    increment_lost(service_id, AT)

    with django_assert_num_queries(0):
        increment_lost(service_id, AT)

    assert TemplateUsageRepair.objects.filter(service_id=service_id).count() == 1


def test_a_message_does_not_fail_when_its_day_cannot_be_noted(monkeypatch, caplog):
    class BrokenManager:
        def bulk_create(self, *args, **kwargs):
            raise OperationalError("the server is gone")

    monkeypatch.setattr(TemplateUsageRepair, "objects", BrokenManager())

    repair.note_lost_increment(SERVICE, date(2026, 6, 10))

    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert caplog.records[0].exc_info[0] is OperationalError


def test_an_unreachable_redis_does_not_fail_a_message_that_was_counted(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    after_increment([None, None, 0], SERVICE, AT)
    after_increment([b"a:b", b"a", 0], SERVICE, AT)


def test_the_run_id_is_asked_for_once_in_thirty_seconds(redis_commands, recorded_tasks):
    def count_questions(at):
        redis_commands.clear()
        with freeze_time(at):
            after_increment([b"generation:run-id", b"generation", 0], SERVICE, AT)
        return redis_commands.count("INFO")

    asked = [count_questions(f"2026-06-10 12:00:{second}") for second in ("00", "29", "30")]

    assert asked == [1, 0, 1]
