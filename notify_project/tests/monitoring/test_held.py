"""What is held is shown as held, and not as late."""

from datetime import timedelta

import pytest

from notifications.models import Hold, LetterPrintBatch
from notifications.tests.factories import NotificationFactory, ProviderDetailsFactory
from notify_project import clock
from notify_project.monitoring import tables
from notify_project.monitoring.alerts import log_alerts
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

DAYS = timedelta(days=2)


def shown():
    """Return the readings by name and labels, and how many alerts they raise."""
    readings = tables.readings(clock.now())
    found = {(each.gauge.name, *each.labels): each.value for each in readings}
    return found, log_alerts(readings)


@pytest.fixture
def long_ago(db):
    """Let messages of each kind have waited for two days."""
    at = clock.now() - DAYS
    letters = TemplateFactory(letter=True)
    NotificationFactory(created_at=at)
    NotificationFactory(template=letters, created_at=at)
    ProviderDetailsFactory(identifier="dvla", notification_type="letter")
    LetterPrintBatch.objects.create(
        provider="dvla", print_day=at.date(), letter_count=1, sheet_count=1, created_at=at
    )
    return letters


def hold(kind, key, **values):
    Hold.objects.create(kind=kind, key=key, reason="an incident", **values)


def test_what_waits_because_it_is_held_raises_no_alert_of_its_own(long_ago, caplog):
    _, before = shown()
    hold("lane", "normal")
    hold("template", long_ago.id)
    hold("provider", "dvla")

    found, after = shown()

    assert before >= 3
    assert after == 0
    assert found["notify_lane_waiting", "normal"] == 1
    assert found["notify_lane_oldest_seconds", "normal"] == 0
    assert found["notify_letters", "created"] == 1
    assert found["notify_holds", "lane"] == found["notify_holds", "provider"] == 1


def test_a_hold_of_more_than_a_day_raises_one(caplog):
    hold("service", ServiceFactory().id, created_at=clock.now() - DAYS)

    found, alerts = shown()

    assert alerts == 1
    assert "alert HeldForLong: notify_holds_oldest_seconds of service" in caplog.text
    assert found["notify_holds", "service"] == 1
