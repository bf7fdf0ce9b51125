from datetime import UTC, datetime, timedelta

import pytest

from notifications.models import ProviderDetails
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    NotificationFactory,
    ProviderDetailsFactory,
)
from notify_project.models import PeriodicRun
from notify_project.monitoring import gauges
from notify_project.monitoring.tables import readings
from templates_app.models import TemplateChange
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def shown(gauge):
    """Return what a gauge shows, by the values of its labels."""
    return {each.labels: each.value for each in readings(NOW) if each.gauge is gauge}


def test_lanes_show_what_is_due_and_how_long_it_has_been():
    NotificationFactory(created_at=NOW - 3 * MINUTE)
    NotificationFactory(created_at=NOW - 5 * MINUTE, next_attempt_at=NOW - 2 * MINUTE)
    NotificationFactory(created_at=NOW - 9 * MINUTE, next_attempt_at=NOW + MINUTE)
    NotificationFactory(created_at=NOW - 9 * MINUTE, claimed_until=NOW + MINUTE)
    NotificationFactory(created_at=NOW - 9 * MINUTE, status="sending")
    NotificationFactory(created_at=NOW - MINUTE, process_type="priority")
    NotificationFactory(created_at=NOW - 120 * MINUTE, process_type="priority", lane="bulk")

    assert shown(gauges.LANE_WAITING) == {
        ("priority",): 1,
        ("normal",): 2,
        ("bulk",): 1,
        ("research-mode",): 0,
    }
    assert shown(gauges.LANE_OLDEST) == {
        ("priority",): 60,
        ("normal",): 180,
        ("bulk",): 7200,
        ("research-mode",): 0,
    }


def test_a_lane_of_two_kinds_of_rows_shows_both():
    NotificationFactory(created_at=NOW - MINUTE, is_real=False)
    NotificationFactory(created_at=NOW - 2 * MINUTE, is_real=False, process_type="priority")

    assert shown(gauges.LANE_WAITING)["research-mode",] == 2
    assert shown(gauges.LANE_OLDEST)["research-mode",] == 120


def test_messages_that_no_worker_took_are_counted(settings):
    settings.RESEND_CREATED_AFTER_SECONDS = 600
    NotificationFactory(created_at=NOW - 11 * MINUTE)
    NotificationFactory(created_at=NOW - 11 * MINUTE, delivery_attempts=1)
    NotificationFactory(created_at=NOW - 9 * MINUTE)

    assert shown(gauges.NEVER_STARTED) == {(): 1}


def test_the_outbox_shows_what_waits():
    CallbackDeliveryFactory(created_at=NOW - 3 * MINUTE)
    CallbackDeliveryFactory(created_at=NOW - 2 * MINUTE, next_attempt_at=NOW + MINUTE)
    CallbackDeliveryFactory(created_at=NOW - 9 * MINUTE, state="done")

    assert (shown(gauges.OUTBOX_WAITING), shown(gauges.OUTBOX_OLDEST)) == ({(): 2}, {(): 180})


def test_letters_are_shown_where_they_stand():
    NotificationFactory(letter=True, created_at=NOW - 2 * MINUTE)
    NotificationFactory(letter=True, created_at=NOW - MINUTE, status="technical-failure")
    NotificationFactory(letter=True, created_at=NOW - MINUTE, status="delivered")
    NotificationFactory(letter=True, created_at=NOW - MINUTE, status="sending", is_real=False)

    assert shown(gauges.LETTERS) == {
        ("created",): 1,
        ("pending-virus-check",): 0,
        ("sending",): 0,
        ("technical-failure",): 1,
    }
    assert shown(gauges.LETTERS_OLDEST)["created",] == 120


@pytest.fixture
def _providers():
    ProviderDetails.objects.all().delete()
    ProviderDetailsFactory(identifier="mmg", notification_type="sms")
    ProviderDetailsFactory(identifier="smtp", notification_type="email", gives_receipts=False)


def sent(minutes=9, **values):
    NotificationFactory(created_at=NOW - minutes * MINUTE, sent_by="mmg", **values)


@pytest.mark.usefixtures("_providers")
def test_a_provider_without_a_receipt_shows_how_many_it_owes():
    sent(status="sending")
    # Its answer at once is no receipt, and what is older is not asked for.
    sent(status="permanent-failure", failure_reason="recipient-refused")
    sent(minutes=11, status="delivered")

    assert shown(gauges.PROVIDER_UNANSWERED) == {("mmg",): 2}


@pytest.mark.usefixtures("_providers")
def test_a_provider_that_gave_a_receipt_is_not_silent():
    sent(status="sending")
    sent(status="delivered")

    assert shown(gauges.PROVIDER_UNANSWERED) == {("mmg",): 0}


@pytest.mark.parametrize(
    ("slots", "seconds"),
    [
        ({}, 0),
        ({"12:00": "done"}, 0),
        ({"11:40": "done", "11:50": "failed", "12:00": "started"}, 630),
        ({"11:50": "done", "12:00": "started"}, 30),
        # Never run to its end.
        ({"11:50": "failed", "12:00": "started"}, 630),
        # Caught up: what was missed stays missed.
        ({"10:00": "done", "12:00": "done"}, 0),
    ],
    ids=["new", "done", "failed", "running", "never-done", "caught-up"],
)
def test_a_periodic_task_is_late_from_its_first_unfinished_slot_on(slots, seconds):
    for time, state in slots.items():
        slot = datetime.fromisoformat(f"2026-11-25 {time}:00+00:00")
        PeriodicRun.objects.create(task="repair_template_usage", slot=slot, state=state)

    assert shown(gauges.PERIODIC_LATE)["repair_template_usage",] == seconds


def test_a_nightly_task_is_late_from_the_next_night_on():
    slot = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    PeriodicRun.objects.create(
        task="delete_notifications_older_than_retention", slot=slot, state="done"
    )

    late = shown(gauges.PERIODIC_LATE)["delete_notifications_older_than_retention",]

    assert late == timedelta(days=1, hours=9, seconds=30).total_seconds()


def test_changes_of_templates_that_should_have_been_published_five_minutes_ago_are_counted():
    template = TemplateFactory()
    for minutes, state in ((6, "approved"), (4, "approved"), (9, "published")):
        done = {"published_at": NOW, "published_version": 1} if state == "published" else {}
        TemplateChange.objects.create(
            service=template.service,
            template=template,
            kind="update",
            base_version=1,
            state=state,
            starts_at=NOW - minutes * MINUTE,
            **done,
        )

    assert shown(gauges.TEMPLATE_CHANGES_LATE) == {(): 1}
