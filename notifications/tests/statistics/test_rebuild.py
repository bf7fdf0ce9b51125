"""Counting a day again while messages go on being sent."""

import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from notifications.models import NotificationHistory
from notifications.statistics.rebuild import RebuildRunning, compare, rebuild
from notifications.statistics.template_usage import increment
from notifications.statistics.usage_counters import (
    GENERATION_KEY,
    read_hashes,
    trusted_counts,
    usage_key,
)
from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory
from notify_project.redis_connection import RedisUnavailable, redis_connection
from services.tests.factories import ServiceFactory

pytestmark = [pytest.mark.django_db(transaction=True)]
DAY = date(2026, 6, 10)
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def counters(redis, service_id, day=DAY):
    generation, [fields] = read_hashes(redis, [usage_key(service_id, day)])
    return trusted_counts(fields, generation)


def count(service_id, template_id, at=NOON):
    pipeline = redis_connection().pipeline(transaction=False)
    increment(pipeline, service_id, template_id, at)
    pipeline.execute()


def history(service, template_id, number=1):
    for _ in range(number):
        NotificationHistoryFactory(service=service, template_id=template_id, created_at=NOON)


@contextmanager
def during_the_count(event):
    """Let something happen after the hash was read and before the rows are counted."""

    def run(execute, sql, params, many, context):
        if "COUNT" in sql:
            event()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield


def test_the_counters_become_what_the_database_says(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id, 3)
    count(service.id, template_id)

    compared = rebuild(service.id, DAY)

    assert counters(redis, service.id) == {template_id: 3}
    assert redis.ttl(usage_key(service.id, DAY)) == 691_200
    assert compared.differences == {template_id: (1, 3)}


def test_a_stale_hash_is_replaced_not_merged(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id, 2)
    key = usage_key(service.id, DAY)
    redis.hset(key, mapping={str(template_id): 40, str(uuid.uuid4()): 7, "~complete": "old"})

    rebuild(service.id, DAY)

    assert counters(redis, service.id) == {template_id: 2}


@pytest.mark.parametrize("value", ["inf", "nan", "1e3", "three", "-4"])
def test_a_value_that_is_no_count_is_replaced(redis, value):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id)
    redis.hset(usage_key(service.id, DAY), mapping={str(template_id): value, "other": value})

    rebuild(service.id, DAY)

    assert counters(redis, service.id) == {template_id: 1}


def test_a_key_of_another_kind_is_replaced(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id)
    redis.set(usage_key(service.id, DAY), "not a hash")

    rebuild(service.id, DAY)

    assert counters(redis, service.id) == {template_id: 1}


def test_a_template_without_rows_disappears(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id)
    rebuild(service.id, DAY)
    NotificationHistory.objects.all().delete()

    rebuild(service.id, DAY)

    assert counters(redis, service.id) == {}


def test_two_rebuilds_give_the_same(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id, 2)
    rebuild(service.id, DAY)

    compared = rebuild(service.id, DAY)

    assert counters(redis, service.id) == {template_id: 2}
    assert compared.differences == {}


def test_what_is_sent_during_the_count_is_added(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id, 2)
    rebuild(service.id, DAY)

    with during_the_count(lambda: count(service.id, template_id)):
        rebuild(service.id, DAY)

    assert counters(redis, service.id) == {template_id: 3}


def test_a_message_stored_and_sent_during_the_count_is_not_counted_twice(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id, 2)
    rebuild(service.id, DAY)

    def store_and_count():
        history(service, template_id)
        count(service.id, template_id)
        connection.close()

    def elsewhere():
        # The rebuild's own connection only reads.
        thread = threading.Thread(target=store_and_count)
        thread.start()
        thread.join()

    with during_the_count(elsewhere):
        rebuild(service.id, DAY)

    assert counters(redis, service.id) == {template_id: 3}


def test_a_key_lost_during_the_count_only_adds_what_came_after(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id, 2)
    rebuild(service.id, DAY)

    def lose_and_send():
        redis.delete(usage_key(service.id, DAY))
        for _ in range(3):
            count(service.id, template_id)

    with during_the_count(lose_and_send):
        rebuild(service.id, DAY)

    assert counters(redis, service.id) == {template_id: 5}


def test_a_new_generation_during_the_count_leaves_the_day_provisional(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id)

    with during_the_count(lambda: redis.set(GENERATION_KEY, "another")):
        rebuild(service.id, DAY)

    assert counters(redis, service.id) is None


def test_a_flush_during_the_count_writes_nothing(redis):
    service = ServiceFactory()
    history(service, uuid.uuid4())

    with during_the_count(redis.flushdb), pytest.raises(RebuildRunning):
        rebuild(service.id, DAY)

    assert redis.keys() == []


def test_only_one_rebuild_runs_at_a_time(redis):
    service = ServiceFactory()
    redis.set(f"{usage_key(service.id, DAY)}:rebuild", "somebody")

    with pytest.raises(RebuildRunning):
        rebuild(service.id, DAY)

    assert redis.get(f"{usage_key(service.id, DAY)}:rebuild") == b"somebody"


def test_the_lock_is_released_whether_it_works_or_not(redis):
    service = ServiceFactory()
    rebuild(service.id, DAY)
    assert not redis.exists(f"{usage_key(service.id, DAY)}:rebuild")

    def fail():
        raise RuntimeError("in the middle")

    with during_the_count(fail), pytest.raises(RuntimeError, match="in the middle"):
        rebuild(service.id, DAY)
    assert not redis.exists(f"{usage_key(service.id, DAY)}:rebuild")


def test_a_transaction_that_is_open_cannot_have_the_snapshot(redis):
    service = ServiceFactory()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        rebuild(service.id, DAY)


def test_redis_switched_off_is_an_error_here(settings):
    settings.REDIS_ENABLED = False

    with pytest.raises(RedisUnavailable):
        rebuild(uuid.uuid4(), DAY)


def test_comparing_changes_nothing(redis):
    service, template_id = ServiceFactory(), uuid.uuid4()
    history(service, template_id, 2)
    count(service.id, template_id)

    compared = compare(service.id, DAY)

    assert (compared.stored, compared.calculated) == ({template_id: 1}, {template_id: 2})
    assert counters(redis, service.id) is None


def test_writers_and_rebuilds_side_by_side_drift_by_no_more_than_the_writers(redis):
    writers, messages = 8, 100
    row = NotificationFactory(created_at=NOON)
    rebuild(row.service_id, DAY)
    started = threading.Barrier(writers + 1)
    sent = threading.Event()

    def write():
        try:
            started.wait()
            for _ in range(messages):
                NotificationHistoryFactory(
                    service=row.service, template_id=row.template_id, created_at=NOON
                )
                count(row.service_id, row.template_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    watcher = threading.Thread(target=lambda: ([t.join() for t in threads], sent.set()))
    watcher.start()
    started.wait()
    rebuilds = 0
    while not sent.is_set():
        rebuild(row.service_id, DAY)
        rebuilds += 1
    watcher.join()
    drift = counters(redis, row.service_id)[row.template_id] - (writers * messages + 1)
    rebuild(row.service_id, DAY)

    assert rebuilds > 5
    assert abs(drift) <= writers
    assert counters(redis, row.service_id) == {row.template_id: writers * messages + 1}
