from datetime import UTC, datetime

import pytest

from notifications.delivery.simulate import outcome_of, pretend
from notifications.models import Notification, NotificationHistory
from notifications.tests.factories import NotificationFactory

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recipient", "status"),
    [
        ("447700900002", "permanent-failure"),
        ("447700900003", "temporary-failure"),
        ("447700900004", "delivered"),
        ("447900900123", "delivered"),
        ("perm-fail@simulator.notify", "permanent-failure"),
        ("temp-fail@simulator.notify", "temporary-failure"),
        ("jo@example.org", "delivered"),
    ],
)
def test_a_recipient_stands_for_an_outcome(recipient, status):
    assert outcome_of(recipient) == status


@pytest.mark.django_db
@pytest.mark.parametrize("email", [False, True])
def test_a_message_that_is_not_real_goes_all_the_way_without_history(email):
    row = NotificationFactory(research=True, email=email, delivery_attempts=1)

    pretend(row, "mmg", now=NOW)

    row.refresh_from_db()
    assert (row.status, row.sent_by, row.sent_at) == ("delivered", "mmg", NOW)
    assert not NotificationHistory.objects.exists()


@pytest.mark.django_db
def test_an_international_text_of_a_test_key_ends_too():
    row = NotificationFactory(
        research=True, international=True, phone_prefix="33", delivery_attempts=1
    )

    pretend(row, "mmg", now=NOW)

    assert Notification.objects.get().status == "delivered"


@pytest.mark.django_db
def test_a_message_that_was_moved_meanwhile_stays():
    row = NotificationFactory(research=True, status="cancelled", delivery_attempts=1)

    pretend(row, "mmg", now=NOW)

    assert Notification.objects.get().status == "cancelled"
