import threading

import pytest
from django.db import connection

from notifications.models import SuppressedRecipient
from notifications.suppression.entries import InvalidSuppression, lift, suppress
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db

OLD_KEY = "b2xkLWtleS1mb3ItdGVzdHMtb25seS0zMi1ieXRlcyE="


def test_an_address_is_put_on_the_list_and_taken_off_with_reasons():
    service, actor = ServiceFactory(), UserFactory()

    row = suppress(service, " Jo@EXAMPLE.com ", actor=actor, reason="they asked")

    stored = SuppressedRecipient.objects.get()
    assert (stored.recipient, stored.reason, stored.created_by) == (
        "jo@example.com",
        "staff",
        actor,
    )
    lift(row, actor=actor, reason="they asked again")
    assert not SuppressedRecipient.objects.exists()
    events = AuditEvent.objects.order_by("created_at")
    assert [(event.action, event.reason) for event in events] == [
        ("suppress recipient", "they asked"),
        ("lift suppression", "they asked again"),
    ]


def test_nobody_reads_the_address_in_the_table_or_the_audit():
    row = suppress(ServiceFactory(), "jo@example.com", actor=None, reason="asked")
    lift(row, actor=None, reason="asked")
    suppress(ServiceFactory(), "jo@example.com", actor=None, reason="asked")

    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM suppressed_recipients r")
        [[stored]] = cursor.fetchall()
        cursor.execute("SELECT string_agg(e::text, '') FROM audit_events e")
        [[audited]] = cursor.fetchall()
    assert "jo@" not in stored + audited


@pytest.mark.parametrize(
    ("address", "reason", "words"),
    [
        ("nobody", "x", "Not a valid email address"),
        ("", "x", "Not a valid email address"),
        ("jo@example.com", " ", "Say why"),
    ],
    ids=["no address", "nothing", "no reason"],
)
def test_what_is_no_address_or_has_no_reason_is_refused(address, reason, words):
    with pytest.raises(InvalidSuppression, match=words):
        suppress(ServiceFactory(), address, actor=None, reason=reason)

    assert not SuppressedRecipient.objects.exists()


def test_nothing_is_taken_off_without_a_reason():
    row = suppress(ServiceFactory(), "jo@example.com", actor=None, reason="asked")

    with pytest.raises(InvalidSuppression, match="Say why"):
        lift(row, actor=None, reason="")

    assert SuppressedRecipient.objects.exists()


def test_each_service_has_its_own_list():
    first, second = ServiceFactory(), ServiceFactory()
    rows = [suppress(each, "jo@example.com", actor=None, reason="x") for each in (first, second)]

    lift(rows[0], actor=None, reason="x")

    assert SuppressedRecipient.objects.get().service == second


def test_an_address_stays_found_while_keys_rotate(settings):
    service, new_key = ServiceFactory(), settings.ENCRYPTION_KEYS[0]
    settings.ENCRYPTION_KEYS = [OLD_KEY]
    row = suppress(service, "jo@example.com", actor=None, reason="x")
    settings.ENCRYPTION_KEYS = [new_key, OLD_KEY]

    with pytest.raises(InvalidSuppression, match="already"):
        suppress(service, "jo@example.com", actor=None, reason="x")
    lift(SuppressedRecipient.objects.get(id=row.id), actor=None, reason="x")

    assert not SuppressedRecipient.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told_that_it_is_there():
    service, barrier, refused = ServiceFactory(), threading.Barrier(2), []

    def put():
        barrier.wait()
        try:
            suppress(service, "jo@example.com", actor=None, reason="x")
        except InvalidSuppression as error:
            refused.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=put) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["The address is on the list already"]
    assert SuppressedRecipient.objects.count() == 1
