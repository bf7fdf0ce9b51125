import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from notify_project import clock
from notify_project.models import AuditEvent
from services.creating import archive_service
from services.inbound_numbers import (
    InvalidInboundNumber,
    NotAvailable,
    add_number,
    allocate_number,
    archive_number,
    release_number,
)
from services.models import InboundNumber, ServicePermission, ServiceSmsSender
from services.senders import InvalidSender, archive_sender, make_default
from services.tests.factories import (
    InboundNumberFactory,
    ServiceFactory,
    ServiceSmsSenderFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def may_receive(service):
    return ServicePermission.objects.filter(service=service, permission="inbound_sms").exists()


def senders(service):
    """Return the texts of a service's senders; that of the default first."""
    rows = ServiceSmsSender.objects.filter(service=service, archived=False)
    return list(rows.order_by("-is_default", "id").values_list("sms_sender", flat=True))


def test_a_number_is_loaded_once():
    row = add_number("07700900123", "mmg", actor=None, reason="bought")

    assert (row.number, row.provider, row.service, row.active) == ("07700900123", "mmg", None, True)
    assert AuditEvent.objects.get(action="add inbound number").reason == "bought"
    with pytest.raises(InvalidInboundNumber, match="exists already"):
        add_number("07700900123", "mmg", actor=None)


@pytest.mark.parametrize(
    ("number", "provider", "words"),
    [
        ("", "mmg", "is not a number"),
        ("447700900123", "mmg", "is not a number"),
        ("07700 900123", "mmg", "is not a number"),
        ("07700900123\n", "mmg", "is not a number"),
        ("٠٧٧٠٠٩٠٠١٢٣", "mmg", "is not a number"),
        ("07700900123", "pigeon", "these do: firetext, mmg"),
    ],
    ids=["empty", "international", "spaces", "line end", "other digits", "unknown provider"],
)
def test_what_nobody_can_text_to_is_refused(number, provider, words):
    with pytest.raises(InvalidInboundNumber, match=words):
        add_number(number, provider, actor=None)

    assert not InboundNumber.objects.exists()


@pytest.mark.parametrize("values", [{"number": ""}, {"provider": ""}], ids=["number", "provider"])
def test_the_database_keeps_empty_texts_out(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        InboundNumberFactory(**values)


def test_a_service_gets_a_number_the_permission_and_the_sender():
    service, actor = ServiceFactory(), UserFactory()
    row = InboundNumberFactory()

    got = allocate_number(service, row.number, actor=actor, reason="asked for")

    assert got == row
    assert got.service == service
    assert may_receive(service)
    assert senders(service) == ["NOTIFY", row.number]
    event = AuditEvent.objects.get(action="allocate inbound number")
    assert (event.service_id, event.after, event.reason) == (
        service.id,
        {"number": row.number},
        "asked for",
    )


def test_without_a_wish_the_number_that_is_free_for_longest_is_given():
    now = clock.now()
    InboundNumberFactory(created_at=now)
    # It was released a moment ago: answers to its last service may still come in.
    InboundNumberFactory(created_at=now - timedelta(days=9), updated_at=now)
    oldest = InboundNumberFactory(created_at=now - timedelta(days=2))
    InboundNumberFactory(created_at=now - timedelta(days=3), active=False)
    InboundNumberFactory(created_at=now - timedelta(days=4), service=ServiceFactory())

    assert allocate_number(ServiceFactory(), actor=None) == oldest


def test_a_sender_of_that_text_is_used_as_it_is():
    service, row = ServiceFactory(), InboundNumberFactory()
    sender = ServiceSmsSenderFactory(service=service, sms_sender=row.number)

    allocate_number(service, row.number, actor=None)

    assert ServiceSmsSender.objects.get(inbound_number=row) == sender


@pytest.mark.parametrize("state", ["taken", "archived", "unknown"])
def test_a_number_that_is_not_free_is_not_given(state):
    service, row = ServiceFactory(), InboundNumberFactory(active=state != "archived")
    if state == "taken":
        allocate_number(ServiceFactory(), row.number, actor=None)
    number = "07999999999" if state == "unknown" else row.number

    with pytest.raises(NotAvailable, match=f"{number} is not available"):
        allocate_number(service, number, actor=None)

    assert not may_receive(service)
    assert senders(service) == ["NOTIFY"]


def test_when_none_is_free_that_is_said():
    with pytest.raises(NotAvailable, match="No number is free"):
        allocate_number(ServiceFactory(), actor=None)


def test_a_service_has_one_number():
    service, first = ServiceFactory(), InboundNumberFactory()
    allocate_number(service, first.number, actor=None)
    second = InboundNumberFactory()

    with pytest.raises(InvalidInboundNumber, match=first.number):
        allocate_number(service, second.number, actor=None)

    second.refresh_from_db()
    assert second.service is None


def test_an_archived_service_gets_none():
    service = archive_service(ServiceFactory(), actor=None)

    with pytest.raises(InvalidInboundNumber, match="archived service"):
        allocate_number(service, InboundNumberFactory().number, actor=None)


def test_a_released_number_is_free_and_what_came_with_it_is_gone():
    service, row = ServiceFactory(), InboundNumberFactory()
    allocate_number(service, row.number, actor=None)

    release_number(row, actor=None, reason="asked for")

    row.refresh_from_db()
    assert (row.service, row.active) == (None, True)
    assert not may_receive(service)
    assert senders(service) == ["NOTIFY"]
    assert AuditEvent.objects.get(action="release inbound number").service_id == service.id
    assert allocate_number(ServiceFactory(), row.number, actor=None) == row


@pytest.mark.parametrize("others", [["PARKING"], []], ids=["with others", "alone"])
def test_a_service_keeps_a_default_sender_when_its_number_was_that(others):
    service, row = ServiceFactory(default_sender=False), InboundNumberFactory()
    allocate_number(service, row.number, actor=None)
    for text in others:
        ServiceSmsSenderFactory(service=service, sms_sender=text)
    make_default(ServiceSmsSender.objects.get(inbound_number=row))

    release_number(row, actor=None)

    assert senders(service) == (others or ["NOTIFY"])
    assert ServiceSmsSender.objects.filter(service=service, is_default=True).count() == 1


def test_the_sender_stays_while_the_service_has_the_number():
    service, row = ServiceFactory(), InboundNumberFactory()
    allocate_number(service, row.number, actor=None)

    with pytest.raises(InvalidSender, match="release it first"):
        archive_sender(ServiceSmsSender.objects.get(inbound_number=row))


def test_a_number_that_nobody_has_cannot_be_released():
    with pytest.raises(InvalidInboundNumber, match="No service has"):
        release_number(InboundNumberFactory(), actor=None)


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "free"])
def test_an_archived_number_is_given_to_nobody(taken):
    service, row = ServiceFactory(), InboundNumberFactory()
    if taken:
        allocate_number(service, row.number, actor=None)

    archive_number(row, actor=None)
    archive_number(row, actor=None)

    row.refresh_from_db()
    assert (row.service, row.active) == (None, False)
    assert not may_receive(service)
    assert AuditEvent.objects.filter(action="archive inbound number").count() == 1
    with pytest.raises(NotAvailable):
        allocate_number(service, row.number, actor=None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("names_it", [True, False], ids=["this one", "any"])
def test_of_two_services_that_want_the_last_number_at_once_one_gets_it(names_it):
    row = InboundNumberFactory()
    services = [ServiceFactory() for _ in range(2)]
    barrier, refused = threading.Barrier(2), []

    def want(service):
        barrier.wait()
        try:
            allocate_number(service, row.number if names_it else None, actor=None)
        except NotAvailable:
            refused.append(service.id)
        finally:
            connection.close()

    threads = [threading.Thread(target=want, args=[service]) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    row.refresh_from_db()
    assert len(refused) == 1
    assert {service.id for service in services} - set(refused) == {row.service_id}
    assert [may_receive(service) for service in services].count(True) == 1
