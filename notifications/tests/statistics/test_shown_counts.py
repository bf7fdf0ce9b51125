"""What pages show of a service that sends much today."""

import json
from copy import copy
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from freezegun import freeze_time

from notifications.models import NotificationHistory
from notifications.statistics import shown_counts
from notifications.statistics.daily_status import replace_facts
from notifications.statistics.kept_counts import COUNTED_AT, count_lately, kept_counts
from notifications.statistics.shown_counts import Shown, count_to_show
from notifications.statistics.status_counts import By
from notifications.statistics.tasks import count_messages_of_today
from notifications.tests.factories import NotificationHistoryFactory
from notify_project.constants import NotificationType
from notify_project.redis_connection import RedisUnavailable
from notify_project.tests.site.plans import reads_of_big_tables
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, 20, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 11, 25), date(2026, 11, 24)
BOUND = 5


@pytest.fixture(autouse=True)
def _now():
    with freeze_time(NOW):
        yield


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(shown_counts, "TOO_MANY", BOUND)


@pytest.fixture
def template():
    return TemplateFactory()


def accepted(template, count, at=NOW, **values):
    for _ in range(count):
        NotificationHistoryFactory(
            service=template.service, template_id=template.id, created_at=at, **values
        )


def shown(template, first=TODAY, last=TODAY):
    return count_to_show([By.DAY, By.STATUS], first, last, template.service_id)


def kept(template, day):
    """Return how many messages of a day were counted."""
    return kept_counts(template.service_id, [day])[day].messages


def test_little_is_counted_at_the_look(redis, template):
    count_lately(NOW - timedelta(minutes=4))
    accepted(template, BOUND - 1, status="delivered")

    assert shown(template) == Shown([(TODAY, "delivered", BOUND - 1)])


def test_much_is_shown_as_it_was_counted_with_that_time(redis, template):
    accepted(template, BOUND, status="sending")
    at = NOW - timedelta(minutes=4)
    count_lately(at)
    accepted(template, BOUND, status="delivered")

    assert shown(template) == Shown([(TODAY, "sending", BOUND)], as_of=at)


def test_what_has_become_much_since_is_shown_as_it_was(redis, template):
    accepted(template, 1, status="sending")
    count_lately(NOW)
    accepted(template, BOUND, status="sending")

    assert shown(template) == Shown([(TODAY, "sending", 1)], as_of=NOW)


@pytest.mark.parametrize("kinds", [["sms"] * BOUND, ["sms", "sms", "email", "email", "letter"]])
def test_much_that_nobody_has_counted_is_left_out_and_said(redis, template, kinds):
    for kind in kinds:
        accepted(template, 1, notification_type=kind)

    assert shown(template) == Shown([], left_out=(TODAY,))


def test_without_redis_little_is_counted_and_much_left_out(template):
    accepted(template, BOUND - 1, status="delivered")
    little = shown(template)
    accepted(template, 1, status="delivered")

    assert little == Shown([(TODAY, "delivered", BOUND - 1)])
    assert shown(template).left_out == (TODAY,)


def test_messages_of_others_do_not_make_it_much(redis, template):
    accepted(TemplateFactory(), 3 * BOUND)
    accepted(template, 1, status="delivered")
    accepted(template, BOUND, at=NOW - timedelta(days=2))

    assert shown(template) == Shown([(TODAY, "delivered", 1)])


def test_days_with_facts_come_from_them_and_no_message_is_counted_twice(redis, template):
    yesterday = NOW - timedelta(days=1)
    accepted(template, BOUND, at=yesterday, status="delivered")
    accepted(template, BOUND, at=yesterday, notification_type="email", status="delivered")
    accepted(template, BOUND, status="delivered")
    count_lately(NOW)
    before = shown(template, YESTERDAY)
    # Texts have facts; emails are not counted by the night yet.
    replace_facts(template.service_id, YESTERDAY, ["sms"])
    between = shown(template, YESTERDAY)
    replace_facts(template.service_id, YESTERDAY, NotificationType.values)
    after = shown(template, YESTERDAY)

    assert sorted(before.rows) == sorted(between.rows) == sorted(after.rows)
    assert sorted(before.rows) == [(YESTERDAY, "delivered", 10), (TODAY, "delivered", 5)]


def test_yesterday_is_counted_once_more_when_it_is_over(redis, template):
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    accepted(template, 1, at=midnight - timedelta(minutes=1))
    count_lately(midnight - timedelta(minutes=3))
    accepted(template, 1, at=midnight - timedelta(minutes=1))

    runs = [count_lately(midnight + timedelta(minutes=n)) for n in (2, 7)]

    assert runs == [[YESTERDAY, TODAY], [TODAY]]
    assert kept(template, YESTERDAY) == 2


@freeze_time("2026-07-01T22:30:00Z")
def test_days_are_those_of_london(redis, template):
    accepted(template, 1, at=datetime(2026, 7, 1, 22, 59, tzinfo=UTC))
    accepted(template, 1, at=datetime(2026, 7, 1, 23, 0, tzinfo=UTC))
    day = date(2026, 7, 1)

    assert count_lately(datetime(2026, 7, 1, 22, 30, tzinfo=UTC))[-1] == day
    assert kept(template, day) == 1


def test_what_is_gone_is_not_kept(redis, template):
    accepted(template, 1)
    count_lately(NOW)
    NotificationHistory.objects.all().delete()

    count_lately(NOW)

    assert kept(template, TODAY) == 0


@pytest.mark.parametrize("numbers", ["x", "[[1]]", '[["x", "sms", "sent", 1]]', "7"])
def test_what_cannot_be_read_is_not_known(redis, numbers):
    service = ServiceFactory()
    key = f"counts-{TODAY}"
    redis.hset(key, mapping={COUNTED_AT: NOW.isoformat(), str(service.id): numbers})

    assert kept_counts(service.id, [TODAY]) == {}


def test_without_redis_the_task_says_so_and_nothing_is_pretended(settings):
    settings.REDIS_ENABLED = False
    count_messages_of_today()
    settings.REDIS_ENABLED = True

    with pytest.raises(RedisUnavailable):
        count_messages_of_today()


@pytest.mark.parametrize("is_counted", [True, False])
def test_a_look_reads_few_rows_however_many_there_are(redis, template, is_counted):
    _have_many(template, 20_000)
    if is_counted:
        count_lately(NOW)

    with reads_of_big_tables() as statements:
        found = shown(template, TODAY - timedelta(days=7))

    assert bool(found.rows) is is_counted
    assert statements
    assert sum(_rows_read(*statement) for statement in statements) <= 10 * BOUND


def test_all_services_are_counted_in_one_look_along_the_time(redis, template):
    _have_many(template, 1_000)
    _have_many(template, 20_000, at=NOW - timedelta(days=9))

    with reads_of_big_tables() as statements:
        count_lately(NOW)

    _, today = statements
    assert len(statements) == 2
    assert _rows_read(*today) == 1_000


def _have_many(template, count, at=NOW):
    """Store messages of a few services, a millisecond apart, with the statistics of the table."""
    rows = []
    for each in (template, *(TemplateFactory() for _ in range(3))):
        accepted(each, 1, at=at)
        first = NotificationHistory.objects.filter(template_id=each.id).latest("created_at")
        for n in range(count // 4 - 1):
            row = copy(first)
            row.id, row.created_at = uuid4(), at - n * timedelta(milliseconds=1)
            rows.append(row)
    NotificationHistory.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notification_history")


def _rows_read(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
        [[plan]] = cursor.fetchall()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return _read_of_history(plan[0]["Plan"])


def _read_of_history(node):
    passed_over = sum(value for name, value in node.items() if name.startswith("Rows Removed by"))
    rows = node["Actual Loops"] * (node["Actual Rows"] + passed_over)
    is_scan = node.get("Relation Name") == "notification_history"
    return rows * is_scan + sum(map(_read_of_history, node.get("Plans", [])))
