import threading
import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from notifications.models import CallbackDelivery, Complaint, Notification
from notifications.providers import registry
from notifications.providers.base import ComplaintNotice, Provider
from notifications.receipts.complaints import record
from notifications.tests.factories import NotificationFactory, NotificationHistoryFactory
from notifications.tests.receipts.test_views import post
from notify_project.constants import NotificationType
from services.callbacks import set_callback

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
AT = datetime(2026, 6, 10, 11, tzinfo=UTC)


def want_complaints(service):
    set_callback(service, "complaint", url="https://example.org/told", token="t" * 10, actor=None)


@pytest.fixture
def email():
    """Give an email whose service wants to be told of complaints."""
    row = NotificationFactory(
        email=True, status="delivered", reference="ses-1", client_reference="order 7"
    )
    want_complaints(row.service)
    return row


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch):
    monkeypatch.setattr("notifications.callbacks.outbox.wake", lambda: None)


def notice(**values):
    full = {
        "notification_id": None,
        "reference": "ses-1",
        "feedback_id": "feedback-1",
        "complaint_type": "abuse",
        "complained_at": AT,
    }
    return ComplaintNotice(**(full | values))


@pytest.mark.parametrize("by", ["id", "reference"])
def test_a_complaint_is_recorded_and_told_and_the_status_stays(email, by):
    named = {"notification_id": str(email.id), "reference": None} if by == "id" else {}

    complaint = record("ses", notice(**named), now=NOW)

    assert Complaint.objects.get() == complaint
    assert (complaint.notification_id, complaint.service_id) == (email.id, email.service_id)
    assert (complaint.feedback_id, complaint.complaint_type) == ("feedback-1", "abuse")
    delivery = CallbackDelivery.objects.get()
    assert (delivery.callback_type, delivery.subject_id) == ("complaint", complaint.id)
    assert delivery.payload == {
        "notification_id": str(email.id),
        "complaint_id": str(complaint.id),
        "reference": "order 7",
        "to": "jo@example.com",
        "complaint_date": "2026-06-10T11:00:00.000000Z",
    }
    assert Notification.objects.get().status == "delivered"


def test_a_complaint_about_an_email_that_is_deleted_is_told_without_the_recipient():
    gone = NotificationHistoryFactory(notification_type="email", reference="ses-1")
    want_complaints(gone.service)

    record("ses", notice(), now=NOW)

    payload = CallbackDelivery.objects.get().payload
    assert payload["notification_id"] == str(gone.id)
    assert (payload["to"], payload["reference"]) == (None, None)


def test_whatever_is_missing_it_is_recorded(email):
    sparse = notice(feedback_id=None, complaint_type=None, complained_at=None)

    record("ses", sparse, now=NOW)
    record("ses", sparse, now=NOW)

    assert Complaint.objects.filter(feedback_id=None, complaint_date=None).count() == 2
    assert [each.payload["complaint_date"] for each in CallbackDelivery.objects.all()] == [None] * 2


def test_what_is_too_long_or_odd_is_recorded_as_far_as_it_fits(email):
    record("ses", notice(feedback_id="f\0" * 300, complaint_type="\0"), now=NOW)

    complaint = Complaint.objects.get()
    assert (complaint.feedback_id, complaint.complaint_type) == ("f" * 255, None)


def test_a_complaint_that_is_passed_on_again_is_recorded_and_told_once(email):
    record("ses", notice(), now=NOW)

    assert record("ses", notice(complaint_type="other"), now=NOW) is None
    assert Complaint.objects.get().complaint_type == "abuse"
    assert CallbackDelivery.objects.count() == 1
    assert record("other", notice(), now=NOW)


def test_a_service_that_did_not_ask_is_not_told():
    NotificationFactory(email=True, reference="ses-1")

    assert record("ses", notice(), now=NOW)
    assert not CallbackDelivery.objects.exists()


@pytest.mark.parametrize(
    "named",
    [
        {"reference": "ses-2"},
        {"reference": None},
        {"reference": "a\0b"},
        {"notification_id": "no id", "reference": None},
        {"notification_id": str(uuid.uuid4()), "reference": None},
    ],
    ids=["unknown", "nothing", "null", "no uuid", "unknown uuid"],
)
def test_a_complaint_about_no_email_of_ours_is_a_warning(email, named, caplog):
    assert record("ses", notice(**named), now=NOW) is None

    assert not Complaint.objects.exists()
    assert [r.levelname for r in caplog.records] == ["WARNING"]


def test_nobody_complains_about_a_text():
    NotificationFactory(reference="ses-1")

    assert record("ses", notice(), now=NOW) is None


def test_the_recipient_is_not_logged(email, caplog):
    caplog.set_level("DEBUG")

    record("ses", notice(), now=NOW)

    assert str(email.id) in caplog.text
    assert "jo@example.com" not in caplog.text


def test_complaints_are_not_changed_afterwards(email):
    record("ses", notice(), now=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Complaint.objects.all().delete()


def test_the_endpoint_of_receipts_takes_complaints(email, monkeypatch):
    class Both(Provider):
        name = "both"
        notification_type = NotificationType.SMS

        def send(self, message):
            raise NotImplementedError

        def read_receipts(self, body, headers):
            return [notice()]

    monkeypatch.setitem(registry.PROVIDERS, "both", Both)

    assert post({}, "both").status_code == 200
    assert Complaint.objects.get().provider == "both"


@pytest.mark.django_db(transaction=True)
def test_one_that_comes_twice_at_once_is_recorded_and_told_once(email):
    barrier = threading.Barrier(4)

    def pass_on():
        barrier.wait()
        record("ses", notice(), now=NOW)
        connection.close()

    threads = [threading.Thread(target=pass_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Complaint.objects.count() == CallbackDelivery.objects.count() == 1
