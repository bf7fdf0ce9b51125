"""A status and what a service is told of it: both are written, or neither."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from notifications.lifecycle import Outcome, expire, move, move_many, record_outcomes
from notifications.models import CallbackDelivery
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row():
    """Give a message of a service that wants to be told, three days old."""
    long_ago = clock.now() - timedelta(hours=73)
    row = NotificationFactory(delivery_attempts=1, created_at=long_ago)
    callback_for(row.service)
    return row


@pytest.fixture
def nothing_can_be_told(row):
    """Let somebody hold the table of what services must be told."""
    holder = connection.copy()
    holder.set_autocommit(False)
    with holder.cursor() as cursor:
        cursor.execute("LOCK TABLE callback_deliveries IN EXCLUSIVE MODE")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    yield
    holder.close()
    connection.close()


WRITERS = {
    "a receipt": lambda row: move(row.id, Status.DELIVERED, now=clock.now()),
    "many": lambda row: move_many([row.id], Status.DELIVERED, now=clock.now()),
    "an attempt": lambda row: record_outcomes(
        [Outcome(row.id, 1, Status.TECHNICAL_FAILURE)], now=clock.now()
    ),
    "the time-out": lambda _: expire(clock.now()),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_what_cannot_be_told_has_not_happened(row, nothing_can_be_told, write):
    before = live_and_history(row.id)

    with pytest.raises(OperationalError, match="lock timeout"):
        write(row)

    assert live_and_history(row.id) == before
    assert CallbackDelivery.objects.count() == 0
