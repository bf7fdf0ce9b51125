"""Receipts against workers, time-outs and retention, with threads and real transactions."""

import random
import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from notifications.delivery.deliver import deliver
from notifications.lifecycle import Outcome, claim, expire, record_outcomes
from notifications.models import (
    CallbackDelivery,
    Notification,
    NotificationHistory,
    UnmatchedReceipt,
)
from notifications.providers.base import Receipt
from notifications.receipts.apply import apply
from notifications.retention.purge import purge_texts_and_emails
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import SHARED, live_and_history
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from notify_project.constants import Queue
from notify_project.tests.at_once import at_once as run_at_once
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 15


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch):
    monkeypatch.setattr("notifications.callbacks.outbox.wake", lambda: None)


@pytest.fixture
def template():
    """Give a template of a service that wants to be told."""
    service = ServiceFactory()
    callback_for(service)
    return TemplateFactory(service=service)


def receive(row, status=Status.DELIVERED):
    apply("mmg", Receipt(str(row.id), None, status, "3"))


def at_once(*calls):
    """Run calls at the same moment; none may be refused."""
    assert run_at_once(*calls) == []


def outcome_of(row):
    """Return the status in both tables and what the service was told; all must agree."""
    live, history = live_and_history(row.id)
    assert live == history
    status = Notification.objects.get(id=row.id).status
    told = CallbackDelivery.objects.filter(subject_id=row.id).values_list("event_key", flat=True)
    return status, list(told)


def test_a_receipt_that_comes_before_the_providers_answer_stands(template, sms_provider):
    row = NotificationFactory(template=template)
    answer = sms_provider.answer

    def receipt_first(message):
        receive(row)
        connection.close()
        return answer(message)

    sms_provider.answer = receipt_first
    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert outcome_of(row) == ("delivered", ["delivered"])
    assert (row.sent_by, row.claimed_until, len(sms_provider.seen)) == ("mmg", None, 1)


def test_of_twenty_workers_that_want_one_message_one_sends_it(template, sms_provider, slow):
    row = NotificationFactory(template=template)
    sms_provider.answer = slow(0.2, sms_provider.answer)

    at_once(*[lambda: deliver(Queue.NORMAL)] * 20)

    row.refresh_from_db()
    assert [each["cid"] for each in sms_provider.seen] == [str(row.id)]
    assert (row.status, row.delivery_attempts) == ("sending", 1)


def test_a_hundred_receipts_around_their_answers_all_stand(template, sms_provider):
    rows = [NotificationFactory(template=template) for _ in range(100)]
    by_id = {str(row.id): row for row in rows}
    receipts, broken = [], []
    answer = sms_provider.answer

    def post(row, seconds):
        time.sleep(seconds)
        try:
            receive(row)
        except Exception as error:  # noqa: BLE001 - the test's own thread says so
            broken.append(error)
        finally:
            connection.close()

    def with_receipt(message):
        arguments = (by_id[message["cid"]], random.uniform(0, 0.04))
        receipts.append(threading.Thread(target=post, args=arguments))
        receipts[-1].start()
        time.sleep(random.uniform(0, 0.04))
        return answer(message)

    sms_provider.answer = with_receipt
    deliver(Queue.NORMAL)
    for thread in receipts:
        thread.join()

    assert broken == []
    assert len(sms_provider.seen) == 100
    assert {outcome_of(row)[0] for row in rows} == {"delivered"}
    assert CallbackDelivery.objects.count() == 100


def test_a_receipt_and_the_workers_outcome_at_once_end_in_the_receipts_status(template):
    for _ in range(ROUNDS):
        row = NotificationFactory(template=template, delivery_attempts=1)
        taken = Outcome(
            row.id, 1, Status.SENDING, accepted=True, sent_at=clock.now(), sent_by="mmg"
        )

        at_once(
            lambda row=row: receive(row),
            lambda taken=taken: record_outcomes([taken], now=clock.now()),
        )

        row.refresh_from_db()
        assert outcome_of(row) == ("delivered", ["delivered"])
        assert row.sent_by == "mmg"
        assert row.sent_at is not None


def test_after_a_worker_is_killed_a_receipt_saves_the_second_handing_over(template, sms_provider):
    row = NotificationFactory(template=template)
    now = clock.now()
    long_ago = now - timedelta(hours=1)
    Notification.objects.filter(id=row.id).update(created_at=long_ago)
    [claimed] = claim(is_real=True, process_type="normal", limit=1, now=now, lease_until=long_ago)

    receive(claimed)
    deliver(Queue.NORMAL)

    assert sms_provider.seen == []
    assert Notification.objects.get(id=row.id).status == "delivered"


def test_of_the_receipts_of_two_attempts_the_first_counts(template, sms_provider, caplog):
    caplog.set_level("INFO")
    row = NotificationFactory(template=template, delivery_attempts=1)
    unknown = Outcome(row.id, 1, next_attempt_at=clock.now() - timedelta(seconds=1))
    record_outcomes([unknown], now=clock.now())
    deliver(Queue.NORMAL)

    receive(row, Status.PERMANENT_FAILURE)
    receive(row, Status.DELIVERED)

    assert outcome_of(row) == ("permanent-failure", ["permanent-failure"])
    assert len(sms_provider.seen) == 1
    assert "duplicate or late" in caplog.text


@pytest.mark.parametrize("before", ["sending", "pending", "sent", "created"])
def test_of_two_different_receipts_at_once_one_counts_and_is_told(template, before):
    for _ in range(ROUNDS):
        row = NotificationFactory(template=template, status=before)

        at_once(
            lambda row=row: receive(row, Status.DELIVERED),
            lambda row=row: receive(row, Status.PERMANENT_FAILURE),
            lambda row=row: receive(row, Status.DELIVERED),
        )

        status, told = outcome_of(row)
        assert status in {"delivered", "permanent-failure"}
        assert told == [status]


def test_of_the_time_out_and_a_receipt_at_once_one_wins_and_is_told(template):
    now = clock.now()
    for _ in range(ROUNDS):
        row = NotificationFactory(
            template=template, status="sending", created_at=now - timedelta(hours=73)
        )

        at_once(lambda: expire(now), lambda row=row: receive(row))

        status, told = outcome_of(row)
        assert status in {"delivered", "temporary-failure"}
        assert told == [status]


def test_a_batch_of_time_outs_beside_receipts_overwrites_no_outcome(template):
    now = clock.now()
    times = {"template": template, "created_at": now - timedelta(hours=73)}
    rows = [NotificationFactory(**times, status="sending") for _ in range(120)]
    shuffled = random.sample(rows, len(rows))

    at_once(
        *[lambda part=shuffled[start::4]: [receive(row) for row in part] for start in range(4)],
        *[lambda: (time.sleep(0.15), expire(now))] * 2,
    )

    outcomes = [outcome_of(row) for row in rows]
    assert {status for status, _ in outcomes} <= {"delivered", "temporary-failure"}
    assert all(told == [status] for status, told in outcomes)


def test_the_time_out_passes_over_a_row_whose_receipt_is_being_written(template):
    now = clock.now()
    row = NotificationFactory(
        template=template, status="sending", created_at=now - timedelta(hours=73)
    )
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE notifications SET notification_status = 'delivered' WHERE id = %s",
                [row.id],
            )
            assert expire(now) == (0, 0)
        other.commit()
    finally:
        other.close()

    assert expire(now) == (0, 0)
    assert Notification.objects.get(id=row.id).status == "delivered"


def test_a_receipt_waits_for_retention_and_then_comes_too_late(template, caplog):
    caplog.set_level("INFO")
    row = NotificationFactory(template=template, status="sending")
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("DELETE FROM notifications WHERE id = %s", [row.id])
        waiting = threading.Thread(target=lambda: (receive(row), connection.close()))
        waiting.start()
        waiting.join(0.5)
        waited = waiting.is_alive()
        other.commit()
    finally:
        other.close()
    waiting.join(10)

    assert waited
    assert not waiting.is_alive()
    assert not CallbackDelivery.objects.exists()
    assert not UnmatchedReceipt.objects.exists()
    assert f"notification {row.id} is unknown" in caplog.text


def test_receipts_and_retention_at_once_neither_fail_nor_change_history(template):
    today = clock.london_today()
    for _ in range(ROUNDS):
        row = NotificationFactory(
            template=template, status="delivered", created_at=clock.now() - timedelta(days=20)
        )
        _, before = live_and_history(row.id)

        at_once(
            lambda: purge_texts_and_emails(today),
            lambda row=row: receive(row, Status.PERMANENT_FAILURE),
            lambda row=row: receive(row),
        )

        assert not Notification.objects.filter(id=row.id).exists()
        assert NotificationHistory.objects.values_list(*SHARED).get(id=row.id) == before
    assert not UnmatchedReceipt.objects.exists()


def test_the_same_unknown_receipt_at_once_is_kept_once():
    unknown = Receipt(str(uuid.uuid4()), None, Status.DELIVERED, "3")

    at_once(*[lambda: apply("mmg", unknown)] * 4)

    assert UnmatchedReceipt.objects.count() == 1
