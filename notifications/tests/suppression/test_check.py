import pytest

from notifications.delivery.deliver import deliver
from notifications.lifecycle import move
from notifications.models import CallbackDelivery, Notification, NotificationHistory
from notifications.statuses import Status
from notifications.suppression.check import find_suppressed
from notifications.suppression.entries import lift, suppress
from notifications.tests.factories import NotificationFactory, ProviderDetailsFactory
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from notify_project.constants import Queue
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return ServiceFactory(uses_suppression_list=True)


def email(service, **values):
    template = TemplateFactory(
        email=True, service=service, process_type=values.pop("process_type", "normal")
    )
    return NotificationFactory(template=template, **values)


def on_the_list(service):
    return suppress(service, "jo@example.com", actor=None, reason="asked")


def test_an_email_to_an_address_on_the_list_is_found(service):
    on_the_list(service)
    wanted, other = email(service), email(service, normalised_to="amala@example.com")

    assert find_suppressed([wanted, other]) == {wanted.id: "suppressed-staff"}


@pytest.mark.parametrize(
    "values",
    [{"process_type": "priority"}, {"research": True}, {"normalised_to": None}],
    ids=["urgent", "not real", "no address"],
)
def test_some_emails_are_not_kept_back(service, values):
    on_the_list(service)

    assert find_suppressed([email(service, **values)]) == {}


def test_services_without_a_list_cost_no_question(settings, django_assert_num_queries):
    settings.READ_MODEL_SECONDS = 60
    template = TemplateFactory(email=True)
    rows = NotificationFactory.create_batch(2, template=template)
    find_suppressed(rows)  # now the service is known

    with django_assert_num_queries(0):
        assert find_suppressed(rows) == {}


def test_a_text_is_not_kept_back(service):
    on_the_list(service)
    text = NotificationFactory(
        template=TemplateFactory(service=service), normalised_to="jo@example.com"
    )

    assert find_suppressed([text]) == {}


def test_a_service_without_the_switch_sends_to_its_list():
    service = ServiceFactory()
    on_the_list(service)

    assert find_suppressed([email(service)]) == {}


def test_the_list_of_another_service_keeps_nothing_back(service):
    on_the_list(ServiceFactory(uses_suppression_list=True))

    assert find_suppressed([email(service)]) == {}


def test_an_address_that_was_taken_off_gets_emails_again(service):
    lift(on_the_list(service), actor=None, reason="asked")

    assert find_suppressed([email(service)]) == {}


def test_looking_is_one_query_and_none_for_texts(service, settings, django_assert_num_queries):
    settings.READ_MODEL_SECONDS = 60
    emails = [email(service) for _ in range(3)]
    find_suppressed(emails)  # now the service is known
    texts = [NotificationFactory()]

    with django_assert_num_queries(1):
        find_suppressed(emails)
    with django_assert_num_queries(0):
        find_suppressed(texts)


def test_a_suppressed_email_is_not_sent_and_ends_as_a_permanent_failure(
    service, mailoutbox, monkeypatch
):
    monkeypatch.setattr("notifications.callbacks.outbox.wake", lambda: None)
    ProviderDetailsFactory(identifier="smtp", notification_type="email", gives_receipts=False)
    callback_for(service)
    entry = on_the_list(service)
    kept_back, sent = email(service), email(service, normalised_to="amala@example.com")

    deliver(Queue.NORMAL)

    kept_back.refresh_from_db()
    assert (kept_back.status, kept_back.failure_reason) == (
        "permanent-failure",
        "suppressed-staff",
    )
    assert (kept_back.sent_by, kept_back.sent_at, kept_back.billable_units) == (None, None, 0)
    assert NotificationHistory.objects.get(id=kept_back.id).status == "permanent-failure"
    assert Notification.objects.get(id=sent.id).status == "delivered"
    assert [mail.to for mail in mailoutbox] == [["amala@example.com"]]
    told = CallbackDelivery.objects.get(subject_id=kept_back.id)
    assert told.payload["status"] == "permanent-failure"
    entry.refresh_from_db()
    assert entry.reason == "staff"


def test_a_bounce_is_not_forgotten_by_another_bounce(service):
    first, second = email(service, status="sending"), email(service, status="sending")

    for row in (first, second):
        move(row.id, Status.PERMANENT_FAILURE, now=clock.now())

    assert find_suppressed([email(service)]).popitem()[1] == "suppressed-bounced"
