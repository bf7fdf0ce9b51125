import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from notifications.lifecycle import Outcome, move, record_outcomes
from notifications.models import SuppressedRecipient
from notifications.providers.base import ComplaintNotice
from notifications.receipts.complaints import record
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


def email(*, uses_list=True, **values):
    service = ServiceFactory(uses_suppression_list=uses_list)
    return NotificationFactory(template=TemplateFactory(email=True, service=service), **values)


def entries():
    return list(SuppressedRecipient.objects.values_list("service_id", "reason", "notification_id"))


def test_a_bounce_for_good_puts_the_recipient_on_the_list(caplog):
    caplog.set_level("INFO")
    row = email(status="sending")

    move(row.id, Status.PERMANENT_FAILURE, now=NOW)

    assert entries() == [(row.service_id, "bounced", row.id)]
    assert SuppressedRecipient.objects.get().recipient == "jo@example.com"
    assert str(row.id) in caplog.text
    assert "jo@" not in caplog.text


def test_so_does_a_refusal_of_the_recipient_while_it_is_sent():
    row = email(delivery_attempts=1)

    record_outcomes(
        [Outcome(row.id, 1, Status.PERMANENT_FAILURE, failure_reason="recipient-refused")], now=NOW
    )

    assert entries() == [(row.service_id, "bounced", row.id)]


def test_so_does_a_complaint_whose_email_is_there():
    row = email(status="delivered", reference="ses-1")

    record("ses", ComplaintNotice(None, "ses-1"), now=NOW)

    assert entries() == [(row.service_id, "complained", row.id)]


def test_whose_email_is_deleted_is_not_known_any_more():
    service = ServiceFactory(uses_suppression_list=True)
    NotificationHistoryFactory(service=service, notification_type="email", reference="ses-1")

    record("ses", ComplaintNotice(None, "ses-1"), now=NOW)

    assert entries() == []


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"uses_list": False}, Status.PERMANENT_FAILURE),
        ({"research": True}, Status.PERMANENT_FAILURE),
        ({"normalised_to": None}, Status.PERMANENT_FAILURE),
        ({}, Status.TEMPORARY_FAILURE),
        ({}, Status.TECHNICAL_FAILURE),
        ({}, Status.DELIVERED),
    ],
    ids=["switched off", "not real", "no address", "temporary", "technical", "delivered"],
)
def test_nothing_else_does(values, status):
    row = email(status="sending", **values)

    move(row.id, status, now=NOW)

    assert entries() == []


def test_nobody_is_suppressed_for_a_text():
    service = ServiceFactory(uses_suppression_list=True)
    row = NotificationFactory(template=TemplateFactory(service=service), status="sending")

    move(row.id, Status.PERMANENT_FAILURE, now=NOW)

    assert entries() == []


def test_a_late_bounce_of_what_was_delivered_changes_nothing():
    row = email(status="delivered")

    move(row.id, Status.PERMANENT_FAILURE, now=NOW)

    assert entries() == []


@pytest.mark.django_db(transaction=True)
def test_many_bounces_of_one_address_at_once_make_one_entry():
    template = TemplateFactory(email=True, service=ServiceFactory(uses_suppression_list=True))
    rows = NotificationFactory.create_batch(4, template=template, status="sending")
    barrier = threading.Barrier(4)

    def bounce(row):
        barrier.wait()
        move(row.id, Status.PERMANENT_FAILURE, now=NOW)
        connection.close()

    threads = [threading.Thread(target=bounce, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(entries()) == 1
