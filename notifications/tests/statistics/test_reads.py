"""How often each template was used: from Redis where it can be believed, else counted."""

import logging
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications.models import Notification
from notifications.statistics.reads import template_usage
from notifications.statistics.rebuild import rebuild
from notifications.statistics.usage_counters import usage_key
from notifications.tests.factories import NotificationFactory
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

transactional = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def _at_noon():
    with freeze_time(NOON):
        yield


def numbers(service_id, whole_days=7):
    return {use.template_id: use.count for use in template_usage(service_id, whole_days)}


def days_ago(count):
    return NOON - timedelta(days=count)


@transactional
def test_days_from_redis_and_from_the_database_add_up(send, django_assert_num_queries):
    template = TemplateFactory()
    for days, messages in ((0, 1), (1, 2), (5, 4)):
        for _ in range(messages):
            send(template, days_ago(days))
    for days in (0, 5):
        rebuild(template.service_id, days_ago(days).date())

    # One for all the days that are counted, one for the names.
    with django_assert_num_queries(2):
        assert numbers(template.service_id) == {template.id: 7}


@transactional
def test_seven_whole_days_and_today_are_eight_days(send):
    template = TemplateFactory()
    for days in range(9):
        send(template, days_ago(days))

    assert [numbers(template.service_id, n)[template.id] for n in (0, 1, 6, 7)] == [1, 2, 7, 8]


@pytest.mark.django_db
def test_the_days_are_those_of_london(recorded_tasks, settings):
    settings.REDIS_ENABLED = False
    template = TemplateFactory()
    for created_at in ("2026-06-09T22:59:59", "2026-06-09T23:00:00", "2026-06-10T22:59:59"):
        NotificationFactory(
            template=template, created_at=datetime.fromisoformat(f"{created_at}+00:00")
        )

    assert numbers(template.service_id, 0) == {template.id: 2}
    assert numbers(template.service_id, 1) == {template.id: 3}


@transactional
def test_a_message_accepted_before_midnight_and_stored_after_counts_for_the_earlier_day(send):
    template = TemplateFactory()
    accepted_at = datetime(2026, 6, 9, 22, 59, 30, tzinfo=UTC)

    with freeze_time("2026-06-09T23:02:00Z"):
        send(template, accepted_at)

    rebuild(template.service_id, TODAY)
    rebuild(template.service_id, date(2026, 6, 9))
    assert numbers(template.service_id, 0) == {}
    assert numbers(template.service_id, 1) == {template.id: 1}


@transactional
def test_one_message_of_each_kind_counts_the_same_in_all_three_places(send, redis, settings):
    service = ServiceFactory()
    templates = [
        TemplateFactory(service=service),
        TemplateFactory(service=service, email=True),
        TemplateFactory(service=service, letter=True),
    ]
    rebuild(service.id, TODAY)
    for template in templates:
        send(template)
        send(template, key_type="team")
        send(template, key_type="test", is_real=False)
        send(template, is_real=False)
    expected = {template.id: 2 for template in templates}

    incremented = numbers(service.id)
    rebuild(service.id, TODAY)
    rebuilt = numbers(service.id)
    settings.REDIS_ENABLED = False
    counted = numbers(service.id)

    assert [incremented, rebuilt, counted] == [expected] * 3


@transactional
@pytest.mark.parametrize("failure", ["off", "refused", "wrong type", "garbage", "healthy"])
def test_the_numbers_are_the_same_whatever_redis_does(send, redis, settings, failure):
    template = TemplateFactory()
    send(template)
    send(template)
    rebuild(template.service_id, TODAY)
    key = usage_key(template.service_id, TODAY)
    if failure == "off":
        settings.REDIS_ENABLED = False
    elif failure == "refused":
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
    elif failure == "wrong type":
        redis.set(key, "not a hash")
    elif failure == "garbage":
        redis.hset(key, "not-a-template", "many")

    assert numbers(template.service_id) == {template.id: 2}


@pytest.mark.django_db
def test_a_redis_that_does_not_answer_in_time_is_not_waited_for(
    settings, silent_server, caplog, recorded_tasks
):
    settings.REDIS_URL = f"redis://127.0.0.1:{silent_server}/0"
    row = NotificationFactory()

    with caplog.at_level(logging.WARNING):
        assert numbers(row.service_id) == {row.template_id: 1}

    oldest = usage_key(row.service_id, date(2026, 6, 3))
    assert f"redis failed: HGETALL {oldest} and the days after it" in caplog.text


@pytest.mark.django_db
def test_redis_switched_off_is_not_asked(settings, monkeypatch):
    settings.REDIS_ENABLED = False
    # Anything that reached for it would fail on this address.
    settings.REDIS_URL = "redis://nowhere.invalid:1/0"
    row = NotificationFactory()

    assert numbers(row.service_id) == {row.template_id: 1}


@transactional
def test_rows_that_are_only_in_history_count_the_same(send, settings):
    template = TemplateFactory()
    send(template)
    Notification.objects.all().delete()

    assert numbers(template.service_id) == {template.id: 1}
    settings.REDIS_ENABLED = False
    assert numbers(template.service_id) == {template.id: 1}


@transactional
def test_a_provisional_day_is_rebuilt_once_and_then_believed(
    send, run_rebuilds, recorded_tasks, django_assert_num_queries
):
    template = TemplateFactory()
    send(template)
    recorded_tasks.clear()
    numbers(template.service_id)
    numbers(template.service_id)

    # Seven days without a hash; today's rebuild was asked for by the message.
    assert len(recorded_tasks) == 7
    recorded_tasks.clear()
    rebuild(template.service_id, TODAY)
    with django_assert_num_queries(1):
        assert numbers(template.service_id, 0) == {template.id: 1}


@transactional
def test_a_day_without_messages_is_known_to_be_empty_after_the_first_read(
    redis, run_rebuilds, django_assert_num_queries
):
    service = ServiceFactory()
    numbers(service.id)
    assert run_rebuilds() == 8

    with django_assert_num_queries(0):
        assert numbers(service.id) == {}


@transactional
def test_archived_templates_appear_with_their_name_of_today_in_order_of_names(send):
    service = ServiceFactory()
    last = TemplateFactory(service=service, name="Zebra", archived=True)
    first = TemplateFactory(service=service, name="Aardvark", email=True)
    precompiled = TemplateFactory(service=service, name="Letter", letter=True, hidden=True)
    for template in (last, first, first, precompiled):
        send(template)

    uses = template_usage(service.id, 0)

    assert [(use.template_name, use.template_type, use.count) for use in uses] == [
        ("Aardvark", "email", 2),
        ("Letter", "letter", 1),
        ("Zebra", "sms", 1),
    ]
    assert [use.is_precompiled_letter for use in uses] == [False, True, False]


@transactional
def test_templates_of_other_services_and_unused_ones_do_not_appear(send, redis):
    template, foreign = TemplateFactory(), TemplateFactory()
    unused = TemplateFactory(service=template.service)
    send(template)
    rebuild(template.service_id, TODAY)
    extra = {str(foreign.id): 5, str(unused.id): 0, str(uuid.uuid4()): 3}
    redis.hset(usage_key(template.service_id, TODAY), mapping=extra)

    assert numbers(template.service_id, 0) == {template.id: 1}
