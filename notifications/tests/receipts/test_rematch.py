import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from freezegun import freeze_time

from notifications.models import Notification, UnmatchedReceipt
from notifications.providers.base import Receipt
from notifications.receipts.apply import apply
from notifications.receipts.rematch import rematch
from notifications.receipts.tasks import apply_receipt, rematch_receipts
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
LATER = timedelta(minutes=5)


def receive(*, notification_id=None, reference=None, status=Status.DELIVERED, at=NOON):
    with freeze_time(at):
        apply("mmg", Receipt(notification_id, reference, status, "3"))


def status_of(row):
    return Notification.objects.get(id=row.id).status


@pytest.mark.parametrize("by", ["id", "reference"])
def test_a_receipt_that_comes_before_its_message_is_matched_later(by):
    wanted = uuid.uuid4()
    receive(**({"notification_id": str(wanted)} if by == "id" else {"reference": "mmg-17"}))
    row = NotificationFactory(id=wanted, status="sending", reference="mmg-17")

    early = rematch(NOON + LATER - timedelta(seconds=1))
    found = rematch(NOON + LATER)

    assert (early, found) == (0, 1)
    assert status_of(row) == "delivered"
    assert not UnmatchedReceipt.objects.exists()


def test_it_is_looked_for_five_times_and_then_given_up(caplog):
    unknown = str(uuid.uuid4())
    receive(notification_id=unknown)

    for turn in range(1, 5):
        assert rematch(NOON + turn * LATER) == 0
        assert UnmatchedReceipt.objects.get().attempts == turn
        assert rematch(NOON + turn * LATER) == 0
    assert [r for r in caplog.records if r.levelname == "WARNING"] == []
    rematch(NOON + 5 * LATER)

    assert not UnmatchedReceipt.objects.exists()
    assert [r.levelname for r in caplog.records if unknown in r.getMessage()][-1] == "WARNING"


def test_a_receipt_that_is_repeated_is_kept_once():
    unknown = str(uuid.uuid4())

    for minute in range(3):
        receive(notification_id=unknown, at=NOON + timedelta(minutes=minute))
    receive(notification_id=unknown, status=Status.TEMPORARY_FAILURE)

    assert UnmatchedReceipt.objects.count() == 2


def test_of_two_that_were_kept_the_first_counts():
    wanted = uuid.uuid4()
    receive(notification_id=str(wanted), status=Status.PERMANENT_FAILURE)
    receive(notification_id=str(wanted), at=NOON + timedelta(seconds=1))
    row = NotificationFactory(id=wanted, status="sending")

    assert rematch(NOON + 2 * LATER) == 2
    assert status_of(row) == "permanent-failure"


@pytest.mark.parametrize("by", ["id", "reference"])
def test_one_for_a_message_that_is_deleted_is_late_and_not_kept(by, caplog):
    caplog.set_level("INFO")
    gone = NotificationHistoryFactory(status="delivered", reference="mmg-17")

    receive(**({"notification_id": str(gone.id)} if by == "id" else {"reference": "mmg-17"}))

    assert not UnmatchedReceipt.objects.exists()
    assert "late: receipt of mmg" in caplog.text


@pytest.mark.parametrize("reference", [None, "", "x" * 256], ids=["none", "empty", "too long"])
def test_one_that_names_no_message_is_not_kept(reference, caplog):
    receive(reference=reference)

    assert not UnmatchedReceipt.objects.exists()
    assert "names no message" in caplog.text


def test_the_tasks_keep_and_match():
    wanted = uuid.uuid4()
    with freeze_time(NOON):
        apply_receipt("mmg", str(wanted), "", "delivered", "3")
    row = NotificationFactory(id=wanted, status="sending")
    with freeze_time(NOON + LATER):
        rematch_receipts()

    assert status_of(row) == "delivered"


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_work():
    rows = [uuid.uuid4() for _ in range(20)]
    for wanted in rows:
        receive(notification_id=str(wanted))
    for wanted in rows:
        NotificationFactory(id=wanted, status="sending")
    barrier, counts = threading.Barrier(3), []

    def work():
        barrier.wait()
        counts.append(rematch(NOON + LATER))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 20
    assert set(Notification.objects.values_list("status", flat=True)) == {"delivered"}
    assert not UnmatchedReceipt.objects.exists()
