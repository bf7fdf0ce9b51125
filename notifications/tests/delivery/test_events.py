"""What is kept of attempts that failed and of receipts, and what of others: nothing."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from werkzeug import Response

from notifications import lifecycle
from notifications.delivery.deliver import deliver
from notifications.lifecycle import Outcome
from notifications.models import DeliveryEvent, Notification, ProviderDetails
from notifications.models.delivery_event import MAX_EVENTS
from notifications.providers.base import Receipt
from notifications.receipts.apply import apply, keep_unknown
from notifications.retention import purge
from notifications.retention.delivery_events import purge_delivery_events
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.constants import Queue

pytestmark = pytest.mark.django_db


def kept(row):
    return list(DeliveryEvent.objects.filter(notification_id=row.id).order_by("id"))


def receive(row, status, detail="4/7"):
    apply("mmg", Receipt(str(row.id), None, Status(status), detail))


def test_what_goes_straight_leaves_nothing(sms_provider):
    row = NotificationFactory()

    deliver(Queue.NORMAL)
    receive(row, "delivered")

    row.refresh_from_db()
    assert row.status == "delivered"
    assert kept(row) == []


def test_an_attempt_that_failed_is_kept_with_the_answer_and_without_the_recipient(sms_provider):
    body = {"error": "busy", "MSISDN": "447700900123", "msg": "Hello Jo", "for": "Jo"}
    sms_provider.answer = lambda message: Response(json.dumps(body), 503)
    row = NotificationFactory()
    Notification.objects.filter(id=row.id).update(delivery_attempts=1)

    deliver(Queue.NORMAL)

    [event] = kept(row)
    assert (event.kind, event.attempt, event.provider) == ("attempt", 2, "mmg")
    assert (event.outcome, event.code, event.is_applied) == ("not-taken", "503", True)
    assert event.raw.startswith('503 {"error": "busy", ')
    assert all(secret not in event.raw for secret in ("7700", "Hello", "Jo"))
    assert 0 <= event.duration_ms < 10_000


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (Response("no", 400), "refused", "technical-failure"),
        (Response("slow down", 429), "throttled", "created"),
    ],
)
def test_other_answers_are_kept_by_what_they_mean(sms_provider, answer, outcome, status):
    sms_provider.answer = lambda message: answer
    row = NotificationFactory()

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert [event.outcome for event in kept(row)] == [outcome]
    assert row.status == status


def test_an_attempt_without_a_provider_is_kept(sms_provider):
    ProviderDetails.objects.filter(notification_type="sms").update(active=False)
    row = NotificationFactory()

    deliver(Queue.NORMAL)

    # The first retry of a text comes at once.
    assert {(event.outcome, event.provider) for event in kept(row)} == {("no-provider", "")}


def test_a_message_that_cannot_be_rendered_says_so_and_not_what_is_in_it(sms_provider):
    row = NotificationFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications SET personalisation = 'of another key'")

    deliver(Queue.NORMAL)

    event = kept(row)[0]
    assert (event.outcome, event.code, event.raw) == ("not-prepared", "CannotRender", "")


@pytest.mark.parametrize("status", ["pending", "temporary-failure", "permanent-failure"])
def test_a_receipt_that_brings_no_delivery_is_kept(status):
    row = NotificationFactory(status="sending")

    receive(row, status)

    [event] = kept(row)
    assert (event.kind, event.provider, event.outcome) == ("receipt", "mmg", status)
    assert (event.code, event.is_applied) == ("4/7", True)


@pytest.mark.parametrize("second", ["delivered", "permanent-failure"])
def test_a_receipt_that_is_late_or_repeated_is_kept_as_one_that_changed_nothing(second):
    row = NotificationFactory(status="delivered")

    receive(row, second)

    assert [(event.outcome, event.is_applied) for event in kept(row)] == [(second, False)]


def test_a_word_that_nobody_knows_is_kept_for_a_message_that_is_there():
    row = NotificationFactory(status="sending")

    keep_unknown("mmg", row.id, "9")
    keep_unknown("mmg", uuid.uuid4(), "9")

    [event] = DeliveryEvent.objects.all()
    assert (event.notification_id, event.outcome, event.code) == (row.id, "unknown", "9")
    assert not event.is_applied


def test_a_provider_that_repeats_itself_fills_no_table():
    row = NotificationFactory(status="delivered")
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            notification_id=row.id, at=clock.now(), kind="receipt", outcome="x", is_applied=False
        )
        for _ in range(MAX_EVENTS)
    )
    event = lifecycle.receipt_note("mmg", "x", "", clock.now())

    receive(row, "delivered")
    lifecycle.record_outcomes([Outcome(row.id, 0, note=event)], now=clock.now())

    assert len(kept(row)) == MAX_EVENTS


def test_nothing_more_is_asked_of_the_database_for_a_note():
    rows = [NotificationFactory(delivery_attempts=1) for _ in range(2)]
    note = lifecycle.receipt_note("mmg", "x", "", clock.now())
    counts = []

    for row, kept_note in zip(rows, (None, note), strict=True):
        outcome = Outcome(row.id, 1, next_attempt_at=clock.now(), note=kept_note)
        with CaptureQueriesContext(connection) as queries:
            lifecycle.record_outcomes([outcome], now=clock.now())
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len(kept(rows[1])) == 1


def test_it_goes_with_its_message():
    old = NotificationFactory(status="delivered", created_at=clock.now() - timedelta(days=20))
    young = NotificationFactory(status="delivered")
    for row in (old, young):
        receive(row, "permanent-failure")

    purge.purge_texts_and_emails(clock.london_today())

    assert (len(kept(old)), len(kept(young))) == (0, 1)


def test_what_the_night_missed_goes_after_three_months():
    ages = [timedelta(days=92), timedelta(days=90)]
    for age in ages:
        DeliveryEvent.objects.create(
            notification_id=uuid.uuid4(),
            at=clock.now() - age,
            kind="receipt",
            outcome="x",
            is_applied=False,
        )

    assert purge_delivery_events(clock.now()) == 1
    assert DeliveryEvent.objects.count() == 1
