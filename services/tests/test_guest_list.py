import pytest

from notify_project.models import AuditEvent
from services.guest_list import InvalidGuestList, replace_guest_list
from services.models import ServiceGuestList
from services.read_models import find_service
from services.tests.factories import ServiceFactory, ServiceGuestListFactory

pytestmark = pytest.mark.django_db


def guests(service):
    rows = ServiceGuestList.objects.filter(service=service).order_by("recipient")
    return list(rows.values_list("recipient_type", "recipient"))


def test_the_whole_list_is_replaced():
    service = ServiceGuestListFactory(recipient="old@example.com").service

    assert replace_guest_list(service, [" New@Example.com ", "07900 900124"], actor=None) is True
    assert guests(service) == [("mobile", "07900 900124"), ("email", "New@Example.com")]


def test_the_same_list_changes_nothing():
    service = ServiceGuestListFactory(recipient="guest@example.com").service

    assert replace_guest_list(service, ["guest@example.com"], actor=None) is False
    assert not AuditEvent.objects.exists()


def test_an_entry_given_twice_is_kept_once():
    service = ServiceFactory()
    replace_guest_list(service, ["a@example.com", "a@example.com"], actor=None)

    assert guests(service) == [("email", "a@example.com")]


def test_the_list_can_be_emptied():
    service = ServiceGuestListFactory().service
    replace_guest_list(service, [], actor=None)

    assert guests(service) == []


def test_five_of_each_kind_are_accepted():
    service = ServiceFactory()
    emails = [f"guest{number}@example.com" for number in range(5)]
    mobiles = [f"0790090012{number}" for number in range(5)]

    replace_guest_list(service, emails + mobiles, actor=None)

    assert len(guests(service)) == 10


@pytest.mark.parametrize(
    "entries",
    [
        ["guest@example"],
        ["07900"],
        ["nobody"],
        [""],
        ["new@example.com", "07900"],
        [f"guest{number}@example.com" for number in range(6)],
        [f"0790090012{number}" for number in range(6)],
    ],
)
def test_a_wrong_entry_or_too_many_leave_the_old_list(entries):
    service = ServiceGuestListFactory(recipient="old@example.com").service

    with pytest.raises(InvalidGuestList):
        replace_guest_list(service, entries, actor=None)

    assert guests(service) == [("email", "old@example.com")]


def test_the_audit_event_counts_the_guests_and_names_none():
    service = ServiceFactory()
    replace_guest_list(service, ["guest@example.com"], actor=None)

    event = AuditEvent.objects.get(service_id=service.id)
    assert (event.before, event.after) == ({"guests": 0}, {"guests": 1})


def test_the_change_is_seen_once_committed(redis, django_capture_on_commit_callbacks):
    service = ServiceFactory()
    find_service(service.id)
    with django_capture_on_commit_callbacks(execute=True):
        replace_guest_list(service, ["07900 900 124"], actor=None)

    assert find_service(service.id).recipients == {"447900900124"}
