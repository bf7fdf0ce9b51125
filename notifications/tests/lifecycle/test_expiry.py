from datetime import UTC, datetime, timedelta

import pytest

from notifications import lifecycle
from notifications.lifecycle import expiry
from notifications.models import CallbackDelivery, Notification, NotificationHistory
from notifications.tests.factories import NotificationFactory
from services.callbacks import set_callback
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 0, 5, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=72, seconds=1)


def status_of(row):
    row.refresh_from_db()
    return row.status


@pytest.mark.parametrize("kind", ["sms", "email"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("created", "technical-failure"),
        ("sending", "temporary-failure"),
        ("pending", "temporary-failure"),
    ],
    ids=["never sent", "no receipt", "no final receipt"],
)
def test_what_waited_for_three_days_has_failed(kind, before, after):
    row = NotificationFactory(email=kind == "email", status=before, created_at=LONG_AGO)

    lifecycle.expire(NOW)

    assert status_of(row) == after
    history = NotificationHistory.objects.get(id=row.id)
    assert (history.status, history.updated_at) == (after, NOW)


def test_the_count_tells_what_no_provider_took():
    NotificationFactory(status="created", created_at=LONG_AGO)
    NotificationFactory.create_batch(2, status="sending", created_at=LONG_AGO)

    assert lifecycle.expire(NOW) == (2, 1)
    assert lifecycle.expire(NOW) == (0, 0)


def test_the_reason_tells_staff_what_was_never_sent():
    unsent = NotificationFactory(status="created", created_at=LONG_AGO)
    unanswered = NotificationFactory(status="sending", created_at=LONG_AGO)

    lifecycle.expire(NOW)

    unsent.refresh_from_db()
    unanswered.refresh_from_db()
    assert (unsent.failure_reason, unanswered.failure_reason) == ("expired", None)


@pytest.mark.parametrize(
    "state",
    [
        {"status": "sent"},
        {"status": "delivered"},
        {"status": "sending", "letter": True},
        {"status": "sending", "created_at": NOW - timedelta(hours=72)},
        {"status": "created", "claimed_until": NOW + timedelta(seconds=1)},
    ],
    ids=["sent abroad", "delivered", "a letter", "not yet three days", "held by a worker"],
)
def test_all_else_stays_as_it_is(state):
    row = NotificationFactory(**{"created_at": LONG_AGO, **state})

    assert lifecycle.expire(NOW) == (0, 0)
    assert status_of(row) == state["status"]


def test_services_are_told(settings):
    template = TemplateFactory()
    set_callback(
        template.service,
        "delivery_status",
        url="https://service.example/told",
        token="0123456789",
        actor=None,
    )
    row = NotificationFactory(template=template, status="sending", created_at=LONG_AGO)

    lifecycle.expire(NOW)

    told = CallbackDelivery.objects.get(subject_id=row.id)
    assert told.payload["status"] == "temporary-failure"
    assert told.payload["sent_at"] is None


def test_batches_go_on_until_nothing_is_left(monkeypatch):
    monkeypatch.setattr(expiry, "BATCH", 2)
    template = TemplateFactory()
    # The same instant, as rows that were stored together have.
    NotificationFactory.create_batch(5, template=template, status="sending", created_at=LONG_AGO)

    assert lifecycle.expire(NOW) == (5, 0)
    assert not Notification.objects.filter(status="sending").exists()
