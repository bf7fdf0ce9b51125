"""Days that Redis missed something of are counted again."""

import logging
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun import freeze_time
from redis import RedisError

from notifications.models import TemplateUsageRepair
from notifications.statistics import tasks
from notifications.statistics.repair import note_for_repair
from notifications.statistics.template_usage import increment_lost, request_rebuilds
from notifications.statistics.usage_counters import read_hashes, trusted_counts, usage_key
from notifications.tests.factories import NotificationFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 6, 10), date(2026, 6, 9)


@pytest.fixture(autouse=True)
def _at_noon():
    with freeze_time(NOON):
        yield


def counters(redis, service_id, day=TODAY):
    generation, [fields] = read_hashes(redis, [usage_key(service_id, day)])
    return trusted_counts(fields, generation)


def test_a_message_that_redis_missed_is_counted_by_the_repair(redis, send):
    template = TemplateFactory()
    send(template)
    missed = NotificationFactory(template=template)
    increment_lost(missed.service_id, missed.created_at)

    tasks.repair_template_usage()

    assert counters(redis, template.service_id) == {template.id: 2}
    assert not TemplateUsageRepair.objects.exists()


def test_days_stay_noted_until_redis_is_back(redis, settings):
    row = NotificationFactory()
    increment_lost(row.service_id, row.created_at)
    address, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"

    with pytest.raises(RedisError):
        tasks.repair_template_usage()

    assert TemplateUsageRepair.objects.count() == 1
    settings.REDIS_URL = address
    tasks.repair_template_usage()
    assert counters(redis, row.service_id) == {row.template_id: 1}


def test_a_day_that_is_being_rebuilt_stays_noted_and_the_others_are_repaired(redis):
    busy, other = NotificationFactory(), NotificationFactory()
    for row in (busy, other):
        increment_lost(row.service_id, row.created_at)
    redis.set(f"{usage_key(busy.service_id, TODAY)}:rebuild", "somebody")

    tasks.repair_template_usage()

    assert [row.service_id for row in TemplateUsageRepair.objects.all()] == [busy.service_id]
    assert counters(redis, other.service_id) == {other.template_id: 1}


def test_days_that_nobody_can_ask_for_any_more_are_forgotten(redis):
    note_for_repair(uuid.uuid4(), TODAY - timedelta(days=8))
    asked_for = uuid.uuid4()
    note_for_repair(asked_for, TODAY - timedelta(days=7))

    tasks.repair_template_usage()

    assert not TemplateUsageRepair.objects.exists()
    assert redis.keys("service-*") == [usage_key(asked_for, TODAY - timedelta(days=7)).encode()]


def test_the_nightly_rebuild_finds_a_message_that_was_never_counted(redis, send, caplog):
    template = TemplateFactory()
    send(template, NOON - timedelta(days=1))
    NotificationFactory(template=template, created_at=NOON - timedelta(days=1))

    with caplog.at_level(logging.WARNING), freeze_time("2026-06-09T23:10:00Z"):
        tasks.rebuild_template_usage_for_yesterday()

    assert counters(redis, template.service_id, YESTERDAY) == {template.id: 2}
    assert (
        f"template usage of service {template.service_id} on 2026-06-09, "
        f"template {template.id}: stored 1, calculated 2"
    ) in caplog.messages


def test_the_nightly_rebuild_says_nothing_of_what_was_right(send, run_rebuilds, caplog):
    send(TemplateFactory(), NOON - timedelta(days=1))
    run_rebuilds()

    with caplog.at_level(logging.WARNING):
        tasks.rebuild_template_usage_for_yesterday()

    assert caplog.messages == []


def test_the_nightly_rebuild_leaves_out_services_that_sent_nothing_real(redis):
    NotificationFactory(created_at=NOON)
    NotificationFactory(created_at=NOON - timedelta(days=2))
    NotificationFactory(created_at=NOON - timedelta(days=1), research=True)

    tasks.rebuild_template_usage_for_yesterday()

    assert redis.keys("service-*") == []


def test_the_nightly_rebuild_passes_over_a_day_that_is_being_rebuilt(redis):
    busy, other = (NotificationFactory(created_at=NOON - timedelta(days=1)) for _ in range(2))
    redis.set(f"{usage_key(busy.service_id, YESTERDAY)}:rebuild", "somebody")

    tasks.rebuild_template_usage_for_yesterday()

    assert counters(redis, other.service_id, YESTERDAY) == {other.template_id: 1}


def test_a_rebuild_that_somebody_else_does_ends_quietly(redis):
    service_id = uuid.uuid4()
    redis.set(f"{usage_key(service_id, TODAY)}:rebuild", "somebody")

    tasks.rebuild_template_usage(str(service_id), "2026-06-10")

    assert not redis.exists(usage_key(service_id, TODAY))


def test_a_worker_runs_the_rebuild_that_a_message_asked_for(redis, run_tasks):
    row = NotificationFactory()
    request_rebuilds(row.service_id, [TODAY])

    run_tasks("periodic")

    assert counters(redis, row.service_id) == {row.template_id: 1}


def test_with_redis_off_the_tasks_do_nothing(settings):
    settings.REDIS_ENABLED = False
    row = NotificationFactory()
    note_for_repair(row.service_id, TODAY)

    tasks.rebuild_template_usage(str(row.service_id), "2026-06-10")
    tasks.repair_template_usage()
    tasks.rebuild_template_usage_for_yesterday()

    assert TemplateUsageRepair.objects.count() == 1
