"""Giving back and acting on many read few rows at a time, however many wait."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from notifications import lifecycle
from notifications.lifecycle import putting_away
from notifications.lifecycle.putting_away import DAYS_A_YEAR, YEARS, count_put_away
from notifications.models import BulkAction, Hold
from notifications.support.bulk_filter import look
from notifications.tests.factories import JobFactory
from notifications.tests.support.test_listing_plans import FILL
from notify_project import clock
from notify_project.tests.site.plans import faults, reads_of_big_tables
from services.tests.factories import ApiKeyFactory
from templates_app.tests.factories import TemplateFactory

EACH = 4_000
LOOK = 2_800
# Hundreds of rows have one time, not thousands.
BESIDE = timedelta(milliseconds=1)
Kind = Hold.Kind
_PUT_AWAY = """
    UPDATE notifications SET notification_status = 'created', lane = 'normal',
        notification_type = %(type)s, next_attempt_at = created_at + %(days)s * interval '1 day'
    WHERE template_id = %(template)s
"""


def put_away(template, kind, channel, *, start):
    """Store what a hold has put away, besides what has been sent."""
    key = ApiKeyFactory(service=template.service)
    job = JobFactory(template=template, service=template.service, notification_count=EACH)
    names = {"service": template.service_id, "template": template.id, "key": key.id, "job": job.id}
    days = YEARS[kind] * DAYS_A_YEAR
    with connection.cursor() as cursor:
        cursor.execute(FILL, {**names, "rows": EACH, "start": start})
        cursor.execute(_PUT_AWAY, {"type": channel, "days": days, "template": template.id})


@pytest.fixture(scope="module")
def _away(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        start = clock.now() - timedelta(days=1)
        one = TemplateFactory(content="Hello")
        beside = TemplateFactory(content="Hello", service=one.service)
        other = TemplateFactory(content="Hello")
        put_away(beside, Kind.TEMPLATE, "sms", start=start)
        put_away(one, Kind.TEMPLATE, "sms", start=start + BESIDE)
        put_away(other, Kind.SERVICE, "sms", start=start + 2 * BESIDE)
        put_away(TemplateFactory(content="Hello"), Kind.PROVIDER, "email", start=start + 3 * BESIDE)
        put_away(TemplateFactory(content="Hello"), Kind.PROVIDER, "sms", start=start + 4 * BESIDE)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE notifications")
        connection.check_constraints()
        yield one, other
        transaction.set_rollback(True)


@pytest.fixture
def away(_away, db, monkeypatch):
    monkeypatch.setattr(putting_away, "LOOK", LOOK)
    return _away


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def wrong_with(ask):
    """Return what is wrong with the plans of a question, and its answer."""
    with undone(), reads_of_big_tables() as statements:
        answer = ask()
    found = []
    for statement in statements:
        with undone():
            found += faults(*statement)
    assert statements
    return found, answer


def which(kind, one, other):
    return {
        "service": {"service_id": other.service_id},
        "template": {"service_id": one.service_id, "template_id": one.id},
        "provider": {"notification_type": "sms", "abroad": False},
    }[kind]


@pytest.mark.parametrize("kind", ["service", "template", "provider"])
def test_what_is_given_back_is_found_by_an_index_and_in_batches(away, kind):
    def give_back():
        return lifecycle.give_back(Kind(kind), lane="normal", **which(kind, *away))

    found, (count, after) = wrong_with(give_back)

    assert found == []
    assert 0 < count <= 2_000
    assert after is not None


@pytest.mark.parametrize("kind", ["service", "template", "provider"])
def test_counting_what_is_put_away_ends_at_its_limit(away, kind):
    def count():
        return count_put_away(Kind(kind), lane="normal", limit=1_001, **which(kind, *away))

    found, (counted, _) = wrong_with(count)

    assert found == []
    assert 0 < counted <= 1_001


@pytest.mark.parametrize("act", ["send-now", "fail", "cancel-letters"])
@pytest.mark.parametrize("is_late", [False, True])
def test_a_batch_of_a_bulk_action_looks_at_no_more_than_it_says(away, act, is_late):
    now = clock.now()
    row = BulkAction(act=act, template_id=away[0].id, since=now - timedelta(days=30), until=now)
    if is_late:
        first = look(row, now)
        row.reached_at, row.reached_id = first.reached_at, first.reached_id

    found, looked = wrong_with(lambda: look(row, now))

    assert found == []
    assert looked.count == {"cancel-letters": 500}.get(act, 2_000)
