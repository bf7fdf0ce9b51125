"""Days without facts are found without passing the messages of other services."""

import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from notifications.models import NotificationHistory
from notifications.statistics.daily_status import replace_facts
from notifications.statistics.uncounted_days import days_without_facts
from notifications.tests.statistics.facts import at, sent
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
FIRST, TODAY = date(2026, 5, 1), date(2026, 6, 10)


@pytest.fixture(autouse=True)
def _at_two():
    with freeze_time("2026-06-10T14:00:00Z"):
        yield


def test_the_days_are_those_on_which_something_was_sent_and_nobody_counted():
    template = TemplateFactory()
    sent(template, "2026-06-10T12:00:00", "2026-06-08T12:00:00", "2026-06-07T12:00:00")
    replace_facts(template.service_id, date(2026, 6, 8))
    sent(TemplateFactory(), "2026-06-06T12:00:00")

    of_service = days_without_facts(FIRST, TODAY, [template.service_id])

    assert of_service == [date(2026, 6, 7), TODAY]
    assert days_without_facts(FIRST, TODAY) == [date(2026, 6, 6), *of_service]


@pytest.mark.parametrize(
    ("instant", "found"),
    [
        ("2026-06-08T22:59:59.999999", False),
        ("2026-06-08T23:00:00", True),
        ("2026-06-09T22:59:59.999999", True),
        ("2026-06-09T23:00:00", False),
    ],
)
def test_a_day_ends_at_midnight_in_london(instant, found):
    template = TemplateFactory()
    sent(template, instant)

    days = days_without_facts(date(2026, 6, 9), date(2026, 6, 9), [template.service_id])

    assert days == ([date(2026, 6, 9)] if found else [])


def test_another_type_or_another_service_is_not_the_next_message_of_a_day():
    services = sorted((ServiceFactory() for _ in range(3)), key=lambda service: service.id)
    sent(TemplateFactory(service=services[0], email=True), "2026-06-09T12:00:00")
    sent(TemplateFactory(service=services[2]), "2026-06-08T12:00:00")

    assert days_without_facts(FIRST, TODAY, [services[0].id]) == [date(2026, 6, 9)]
    assert days_without_facts(FIRST, TODAY, [services[1].id]) == []
    assert days_without_facts(FIRST, TODAY, [services[2].id]) == [date(2026, 6, 8)]


def test_the_messages_of_other_services_are_not_passed():
    busy, quiet = ServiceFactory(), ServiceFactory()
    NotificationHistory.objects.bulk_create(
        NotificationHistory(
            id=uuid.uuid4(),
            service=busy,
            template_id=uuid.uuid4(),
            template_version=1,
            key_type="normal",
            notification_type="sms",
            created_at=at("2026-06-10T12:00:00"),
        )
        for _ in range(5000)
    )
    with CaptureQueriesContext(connection) as queries:
        days_without_facts(FIRST, TODAY, [quiet.id])

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notification_history")
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "ix_hist_service_type" in plan
    assert "ix_hist_created_at" not in plan
    assert "Seq Scan on notification_history" not in plan
