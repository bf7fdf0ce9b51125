import uuid
from datetime import UTC, datetime, timedelta

import pytest

from notifications.lifecycle import Outcome, record_outcomes
from notifications.models import CallbackDelivery, Notification
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notifications.tests.lifecycle.test_moves import callback_for

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


def under_way(**values):
    return NotificationFactory(
        delivery_attempts=values.pop("delivery_attempts", 1),
        claimed_until=NOW + timedelta(seconds=60),
        **values,
    )


def accepted(row, status=Status.SENDING, attempt=1):
    return Outcome(row.id, attempt, status, accepted=True, sent_at=NOW, sent_by="mmg")


def test_an_accepted_message_is_sending_in_both_rows():
    row = under_way()

    moved = record_outcomes([accepted(row)], now=NOW)

    live, history = live_and_history(row.id)
    row.refresh_from_db()
    assert [each.id for each in moved] == [row.id]
    assert (row.status, row.sent_by, row.sent_at, row.updated_at) == ("sending", "mmg", NOW, NOW)
    assert row.claimed_until is None
    assert live == history


def test_a_receipt_that_was_faster_keeps_its_status_and_gets_what_is_empty():
    row = under_way(status="delivered", updated_at=NOW)

    moved = record_outcomes([accepted(row)], now=NOW + timedelta(seconds=1))

    live, history = live_and_history(row.id)
    row.refresh_from_db()
    assert moved == []
    assert (row.status, row.sent_by, row.sent_at, row.updated_at) == ("delivered", "mmg", NOW, NOW)
    assert live == history


def test_a_planned_retry_changes_no_status_and_frees_the_row():
    row = under_way()
    later = NOW + timedelta(seconds=300)

    record_outcomes([Outcome(row.id, 1, next_attempt_at=later)], now=NOW)

    row.refresh_from_db()
    assert (row.status, row.next_attempt_at, row.claimed_until) == ("created", later, None)
    assert row.updated_at is None


@pytest.mark.parametrize("status", [None, Status.TECHNICAL_FAILURE])
def test_a_failure_of_an_attempt_that_others_have_followed_changes_nothing(status):
    row = under_way(delivery_attempts=2)

    record_outcomes([Outcome(row.id, 1, status, next_attempt_at=NOW)], now=NOW)

    row.refresh_from_db()
    assert (row.status, row.next_attempt_at) == ("created", None)
    assert row.claimed_until is not None


def test_an_acceptance_counts_whatever_attempts_have_followed():
    row = under_way(delivery_attempts=2)

    record_outcomes([accepted(row, attempt=1)], now=NOW)

    row.refresh_from_db()
    assert row.status == "sending"


def test_an_attempt_that_did_not_begin_is_given_back():
    row = under_way()

    record_outcomes([Outcome(row.id, 1, next_attempt_at=NOW, attempts_given_back=1)], now=NOW)

    row.refresh_from_db()
    assert row.delivery_attempts == 0


def test_an_attempt_that_called_nobody_forgets_no_provider_that_failed():
    row = under_way(failed_provider="mmg")
    given_back = Outcome(row.id, 1, next_attempt_at=NOW, attempts_given_back=1)

    record_outcomes([given_back], now=NOW)

    row.refresh_from_db()
    assert row.failed_provider == "mmg"


def test_many_outcomes_are_one_statement(django_assert_num_queries):
    rows = [under_way() for _ in range(10)]

    with django_assert_num_queries(3):  # SAVEPOINT, the statement, RELEASE
        moved = record_outcomes([accepted(row) for row in rows], now=NOW)

    assert {each.id for each in moved} == {row.id for row in rows}
    assert set(Notification.objects.values_list("status", flat=True)) == {"sending"}


def test_a_failure_is_told_to_the_service():
    row = under_way()
    callback_for(row.service)

    record_outcomes(
        [Outcome(row.id, 1, Status.TECHNICAL_FAILURE, failure_reason="max-retries")], now=NOW
    )

    row.refresh_from_db()
    assert (row.status, row.failure_reason) == ("technical-failure", "max-retries")
    assert CallbackDelivery.objects.get().payload["status"] == "technical-failure"


def test_sending_is_not_told():
    row = under_way()
    callback_for(row.service)

    record_outcomes([accepted(row)], now=NOW)

    assert not CallbackDelivery.objects.exists()


def test_an_outcome_of_an_unknown_notification_does_nothing():
    assert record_outcomes([Outcome(uuid.uuid4(), 1, Status.SENDING, accepted=True)], now=NOW) == []
