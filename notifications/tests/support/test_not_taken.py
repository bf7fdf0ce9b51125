"""What a provider did not take, and whose messages that were."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from notifications.models import DeliveryEvent
from notifications.support import not_taken
from notifications.support.not_taken import Attempts, newest_not_taken, services_not_taken
from notifications.tests.factories import NotificationFactory
from notify_project.tests.site.plans import faults, reads_of_big_tables
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
OUTAGE = Attempts("mmg", AT, AT + timedelta(minutes=20))


def failed(message_id, minutes=0.0, provider="mmg", **values):
    return DeliveryEvent.objects.create(
        **{
            "notification_id": message_id,
            "at": AT + timedelta(minutes=minutes),
            "kind": "attempt",
            "provider": provider,
            "outcome": "not-taken",
            "attempt": 1,
            "is_applied": True,
            **values,
        }
    )


def test_attempts_of_the_time_and_the_provider_are_found_newest_first():
    message = NotificationFactory(status="delivered", sent_by="firetext")
    first, last = failed(message.id), failed(message.id, 19.9, attempt=2, outcome="throttled")
    failed(message.id, -0.1)
    failed(message.id, 20)
    failed(message.id, provider="firetext")
    failed(message.id, kind="receipt", outcome="permanent-failure")

    found = newest_not_taken(OUTAGE)

    assert [(row.id, row.outcome) for row in found] == [
        (last.id, "throttled"),
        (first.id, "not-taken"),
    ]
    assert {(row.status, row.service_id) for row in found} == {("delivered", message.service_id)}


def test_services_are_told_with_their_messages_and_attempts():
    template = TemplateFactory(service__name="Library")
    one, two = (NotificationFactory(template=template) for _ in range(2))
    other = NotificationFactory(template=TemplateFactory(service__name="Bins"))
    for message, minutes in ((one, 1), (one, 2), (two, 3), (other, 4)):
        failed(message.id, minutes)

    found = services_not_taken(OUTAGE)

    assert [(each.service_name, each.messages, each.attempts) for each in found] == [
        ("Library", 2, 3),
        ("Bins", 1, 1),
    ]
    assert found[0].first_at == AT + timedelta(minutes=1)
    assert found[0].last_at == AT + timedelta(minutes=3)


def test_messages_that_are_gone_stay_in_the_list():
    failed(uuid.uuid4())

    [row] = newest_not_taken(OUTAGE)
    [each] = services_not_taken(OUTAGE)

    assert (row.status, row.service_name) == (None, None)
    assert (each.service_id, each.messages) == (None, 1)


def test_pages_follow_one_another_also_within_an_instant():
    rows = [failed(uuid.uuid4(), n // 3) for n in range(8)]
    older, seen = None, []
    for _ in range(5):
        page = newest_not_taken(OUTAGE, older=older, size=2)
        seen += [row.id for row in page[:2]]
        if len(page) < 3:
            break
        older = page[1].at, page[1].id

    assert seen == [row.id for row in reversed(rows)]


def test_however_many_there_are_few_are_read(monkeypatch):
    monkeypatch.setattr(not_taken, "MOST", 100)
    message = NotificationFactory()
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            notification_id=message.id,
            at=AT + n * timedelta(milliseconds=1),
            kind="attempt",
            provider=("mmg", "firetext")[n % 2],
            outcome="not-taken",
            is_applied=True,
        )
        for n in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE delivery_events; ANALYZE notifications")

    with reads_of_big_tables() as statements:
        page = newest_not_taken(OUTAGE)
        services = services_not_taken(OUTAGE)

    assert (len(page), services[0].attempts) == (51, 100)
    assert len(statements) == 2
    found = [fault for each in statements for fault in faults(*each, most=200)]
    # There is one message, which is read as the planner likes.
    assert [fault for fault in found if "delivery_events" in fault] == []
