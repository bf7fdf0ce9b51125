import logging
import uuid

import pytest
from django.db import connection

from notifications.models import Notification, NotificationHistory, UnmatchedReceipt
from notifications.providers.base import Receipt
from notifications.receipts.apply import apply
from notifications.receipts.tasks import apply_receipt
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db


def receive(row, status=Status.DELIVERED):
    apply("mmg", Receipt(str(row.id), None, status, "3"))


def statuses(row):
    return (
        Notification.objects.get(id=row.id).status,
        NotificationHistory.objects.get(id=row.id).status,
    )


@pytest.mark.parametrize("before", ["created", "sending", "pending", "sent"])
@pytest.mark.parametrize("after", ["delivered", "temporary-failure", "permanent-failure"])
def test_a_receipt_moves_both_rows(before, after):
    row = NotificationFactory(status=before)

    receive(row, Status(after))

    assert statuses(row) == (after, after)


@pytest.mark.parametrize("before", ["delivered", "permanent-failure", "technical-failure"])
def test_a_receipt_for_a_final_status_changes_nothing(before):
    row = NotificationFactory(status=before)

    receive(row, Status.TEMPORARY_FAILURE)

    assert statuses(row) == (before, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [("pending", "temporary-failure"), ("sending", "permanent-failure")],
    ids=["pending", "sending"],
)
def test_a_failure_without_a_reason_depends_on_what_was_reported_before(before, after):
    row = NotificationFactory(status=before)
    words = ("firetext", str(row.id), "", "permanent-failure", "1", "0", "temporary-failure")

    apply_receipt(*words)

    assert statuses(row) == (after, after)


def test_of_two_receipts_the_first_counts():
    row = NotificationFactory(status="sending")

    receive(row, Status.DELIVERED)
    receive(row, Status.PERMANENT_FAILURE)

    assert statuses(row) == ("delivered", "delivered")


def test_a_receipt_that_overtakes_the_answer_says_who_sent_it():
    row = NotificationFactory(status="created")

    receive(row)

    row.refresh_from_db()
    assert row.sent_by == "mmg"
    assert row.sent_at is not None


def test_a_receipt_does_not_replace_what_is_known():
    row = NotificationFactory(status="sending", sent_by="other")

    receive(row)

    row.refresh_from_db()
    assert row.sent_by == "other"


@pytest.mark.parametrize(
    ("prefix", "status"),
    [("49", "delivered"), ("1", "sent"), ("1242", "sent"), ("99999", "sent"), (None, "sent")],
)
def test_abroad_only_countries_that_confirm_are_believed(prefix, status):
    row = NotificationFactory(status="sent", international=True, phone_prefix=prefix)

    receive(row)

    assert statuses(row) == (status, status)


def test_a_receipt_for_an_unknown_notification_is_kept():
    unknown = str(uuid.uuid4())

    apply("mmg", Receipt(unknown, None, Status.DELIVERED, "3"))

    kept = UnmatchedReceipt.objects.get()
    assert (kept.provider, kept.receipt["notification_id"]) == ("mmg", unknown)
    assert kept.receipt["status"] == "delivered"


def test_a_provider_of_texts_cannot_move_an_email():
    row = NotificationFactory(status="sending", email=True)

    receive(row)

    assert statuses(row) == ("sending", "sending")


def test_a_message_is_also_found_by_the_providers_name_for_it():
    row = NotificationFactory(status="sending", reference="mmg-17")

    apply("mmg", Receipt(None, "mmg-17", Status.DELIVERED, "3"))

    assert statuses(row) == ("delivered", "delivered")


def test_the_log_has_ids_and_codes_alone(caplog):
    row = NotificationFactory(status="sending")

    with caplog.at_level(logging.DEBUG):
        receive(row)

    assert str(row.id) in caplog.text
    assert row.normalised_to not in caplog.text


def test_the_task_reads_its_words():
    row = NotificationFactory(status="sending")

    apply_receipt("mmg", str(row.id), "", "delivered", "3")

    assert statuses(row) == ("delivered", "delivered")


@pytest.mark.django_db(transaction=True)
class TestWithoutADatabase:
    @pytest.fixture(autouse=True)
    def _no_database(self, settings):
        connection.close()
        settings.DATABASES["default"]["PORT"], port = "1", settings.DATABASES["default"]["PORT"]
        yield
        settings.DATABASES["default"]["PORT"] = port
        connection.close()

    def test_the_task_comes_back_later(self, recorded_tasks):
        words = ("mmg", str(uuid.uuid4()), "", "delivered", "3")

        apply_receipt(*words)

        assert [(task.queue, task.args) for task in recorded_tasks] == [
            ("receipts", (*words, "1", ""))
        ]

    def test_the_task_gives_up_in_the_end(self, recorded_tasks):
        with pytest.raises(Exception, match="connection"):
            apply_receipt("mmg", str(uuid.uuid4()), "", "delivered", "3", "5")

        assert recorded_tasks == []


@pytest.mark.django_db(transaction=True)
def test_a_receipt_for_a_row_that_somebody_holds_comes_back_later(recorded_tasks):
    row = NotificationFactory(status="sending")
    words = ("mmg", str(row.id), "", "delivered", "3")
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SELECT FROM notifications WHERE id = %s FOR UPDATE", [row.id])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")

        apply_receipt(*words)
    finally:
        holder.close()

    assert [task.args for task in recorded_tasks] == [(*words, "1", "")]
