import logging
import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from notifications.lifecycle import move, move_many
from notifications.models import CallbackDelivery, Notification, NotificationHistory
from notifications.statuses import TRANSITIONS, Status
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notify_project.versioning import save_versioned
from services.models import ServiceCallbackApi, ServiceCallbackApiHistory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
LETTERS_ONLY = {
    ("technical-failure", "created"),
    ("technical-failure", "permanent-failure"),
    ("created", "cancelled"),
    ("created", "validation-failed"),
    ("sending", "returned-letter"),
    ("delivered", "returned-letter"),
}
# Source: the domain model's table of transitions, for emails and texts.
ALLOWED = {
    "created": {
        "sending",
        "sent",
        "delivered",
        "pending",
        "temporary-failure",
        "permanent-failure",
        "technical-failure",
    },
    "sending": {
        "delivered",
        "pending",
        "temporary-failure",
        "permanent-failure",
        "technical-failure",
    },
    "pending": {"delivered", "temporary-failure", "permanent-failure", "technical-failure"},
    "sent": {"delivered", "temporary-failure", "permanent-failure"},
}
TEXT_STATUSES = sorted({*ALLOWED, *ALLOWED["created"]})


def callback_for(service):
    row = ServiceCallbackApi(
        service=service,
        callback_type="delivery_status",
        url="https://service.example/callback",
        bearer_token="0123456789",
    )
    return save_versioned(row, ServiceCallbackApiHistory)


@pytest.mark.parametrize("before", TEXT_STATUSES)
@pytest.mark.parametrize("after", TEXT_STATUSES)
def test_a_text_moves_only_as_the_table_of_transitions_allows(before, after):
    row = NotificationFactory(status=before)

    moved = move(row.id, Status(after), now=NOW)

    row.refresh_from_db()
    assert moved is (after in ALLOWED.get(before, set()))
    assert row.status == (after if moved else before)
    assert row.updated_at == (NOW if moved else None)


@pytest.mark.parametrize(
    ("before", "after"),
    sorted((before.value, after.value) for before in TRANSITIONS for after in TRANSITIONS[before]),
)
def test_a_letter_may_do_what_texts_may_not(before, after):
    row = NotificationFactory(letter=True, status=before)

    assert move(row.id, Status(after), now=NOW)


def test_both_rows_change():
    row = NotificationFactory(status="sending")

    move(row.id, Status.DELIVERED, now=NOW, sent_by="mmg", sent_at=NOW)

    live, history = live_and_history(row.id)
    assert live == history
    assert Notification.objects.get().status == "delivered"


def test_what_is_known_already_is_kept_and_what_is_empty_is_filled():
    known = NotificationFactory(status="sending", sent_by="firetext")
    empty = NotificationFactory(status="created")

    move(known.id, Status.DELIVERED, now=NOW, sent_by="mmg", sent_at=NOW)
    move(empty.id, Status.DELIVERED, now=NOW, sent_by="mmg", sent_at=NOW)

    known.refresh_from_db()
    empty.refresh_from_db()
    assert (known.sent_by, known.sent_at) == ("firetext", NOW)
    assert (empty.sent_by, empty.sent_at) == ("mmg", NOW)


def test_what_is_not_real_never_gets_a_history_row():
    row = NotificationFactory(research=True, status="sending")

    move(row.id, Status.DELIVERED, now=NOW)

    assert Notification.objects.get().status == "delivered"
    assert not NotificationHistory.objects.exists()


def test_a_change_whose_history_fails_changes_nothing():
    row = NotificationFactory(status="sending")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE notification_history ADD CONSTRAINT broken "
            "CHECK (notification_status <> 'delivered') NOT VALID"
        )

    with pytest.raises(IntegrityError), transaction.atomic():
        move(row.id, Status.DELIVERED, now=NOW)

    row.refresh_from_db()
    assert row.status == "sending"


def test_a_refused_move_is_logged_with_both_statuses(caplog):
    row = NotificationFactory(status="delivered")

    with caplog.at_level(logging.INFO):
        move(row.id, Status.TEMPORARY_FAILURE, now=NOW)

    assert f"duplicate or late: notification {row.id} is delivered" in caplog.text
    assert "refused to make it temporary-failure" in caplog.text


def test_an_unknown_notification_is_refused_with_a_warning(caplog):
    assert not move(uuid.uuid4(), Status.DELIVERED, now=NOW)
    assert "is unknown" in caplog.text


def test_a_service_that_asked_for_it_is_told_in_the_same_transaction():
    row = NotificationFactory(status="sending", client_reference="mine")
    callback_for(row.service)

    move(row.id, Status.DELIVERED, now=NOW, sent_at=NOW)

    told = CallbackDelivery.objects.get()
    assert (told.callback_type, told.subject_id, told.event_key, told.state) == (
        "delivery_status",
        row.id,
        "delivered",
        "waiting",
    )
    assert told.payload == {
        "id": str(row.id),
        "reference": "mine",
        "to": "07700 900123",
        "status": "delivered",
        "created_at": row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "completed_at": "2026-06-10T12:00:00.000000Z",
        "sent_at": "2026-06-10T12:00:00.000000Z",
        "notification_type": "sms",
        "template_id": str(row.template_id),
        "template_version": 1,
    }


def test_a_service_is_not_told_of_pending_nor_without_a_callback():
    pending = NotificationFactory(status="sending")
    callback_for(pending.service)
    without = NotificationFactory(status="sending")

    move(pending.id, Status.PENDING, now=NOW)
    move(without.id, Status.DELIVERED, now=NOW)

    assert not CallbackDelivery.objects.exists()


def test_an_event_is_told_once():
    row = NotificationFactory(status="sending")
    callback_for(row.service)

    results = [move(row.id, Status.DELIVERED, now=NOW) for _ in range(2)]

    assert results == [True, False]
    assert CallbackDelivery.objects.count() == 1


def test_of_two_receipts_at_once_exactly_one_wins(transactional_db):
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    row = NotificationFactory(status="sending")

    def receipt(status):
        try:
            return move(row.id, status, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        statuses = [Status.DELIVERED, Status.PERMANENT_FAILURE] * 4
        results = list(threads.map(receipt, statuses))

    assert results.count(True) == 1
    live, history = live_and_history(row.id)
    assert live == history


def test_many_move_at_once_in_both_tables():
    rows = [NotificationFactory(status="sending") for _ in range(3)]

    moved = move_many([row.id for row in rows], Status.DELIVERED, now=NOW)

    assert moved == {row.id for row in rows}
    for row in rows:
        live, history = live_and_history(row.id)
        row.refresh_from_db()
        assert (row.status, row.updated_at) == ("delivered", NOW)
        assert live == history


def test_of_many_only_those_move_that_may(caplog):
    waiting, cancelled = (
        NotificationFactory(letter=True, status=status) for status in ("sending", "cancelled")
    )
    unknown = uuid.uuid4()

    with caplog.at_level(logging.INFO):
        moved = move_many([waiting.id, cancelled.id, unknown], Status.DELIVERED, now=NOW)

    cancelled.refresh_from_db()
    assert moved == {waiting.id}
    assert (cancelled.status, cancelled.updated_at) == ("cancelled", None)
    assert f"notification {cancelled.id} is cancelled" in caplog.text
    assert f"notification {unknown} is unknown" in caplog.text


def test_many_that_move_are_told_to_their_services():
    wanted, silent = NotificationFactory(status="sending"), NotificationFactory(status="sending")
    callback_for(wanted.service)

    move_many([wanted.id, silent.id], Status.DELIVERED, now=NOW)

    assert CallbackDelivery.objects.get().subject_id == wanted.id


def test_a_lease_ends_when_many_move():
    row = NotificationFactory(claimed_until=NOW, next_attempt_at=NOW)

    move_many([row.id], Status.TECHNICAL_FAILURE, now=NOW)

    row.refresh_from_db()
    assert (row.claimed_until, row.next_attempt_at) == (None, None)


def test_none_of_none_move(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert move_many([], Status.DELIVERED, now=NOW) == set()


def test_many_are_moved_with_one_statement(django_assert_num_queries):
    rows = [NotificationFactory(status="sending") for _ in range(20)]

    with django_assert_num_queries(3):  # with the beginning and the end of the transaction
        move_many([row.id for row in rows], Status.DELIVERED, now=NOW)
