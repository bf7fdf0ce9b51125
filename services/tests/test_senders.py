import pytest

from notify_project.tests.at_once import at_once
from services.models import ServiceEmailReplyTo, ServiceLetterContact, ServiceSmsSender
from services.read_models import find_service
from services.senders import (
    InvalidSender,
    SenderExists,
    add_letter_contact,
    add_reply_to,
    add_sms_sender,
    archive_sender,
    make_default,
)
from services.tests.factories import (
    ServiceEmailReplyToFactory,
    ServiceFactory,
    ServiceSmsSenderFactory,
)

pytestmark = pytest.mark.django_db


def defaults(service, kind=ServiceSmsSender):
    return list(kind.objects.filter(service=service, is_default=True, archived=False))


@pytest.mark.parametrize(
    "text", ["GOVERNMENT", "A&B", "a.b-c_d e", "07900900123", "60006", "abc", "0800 info"]
)
def test_a_sender_that_networks_show_is_added(text):
    service = ServiceFactory()

    assert add_sms_sender(service, text).sms_sender == text
    assert [sender.sms_sender for sender in defaults(service)] == ["NOTIFY"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "twelve chars",
        "   ",
        " abc",
        "abc ",
        "a+b",
        "a\nb",
        "abc\n",
        "ŵater",
        "٠٧٩",
        "00123",
        "00abc",
        "info",
        "Verify",
        "ALERT",
        "123",
        "12345",
        "0790090012",
        "1.2.3",
    ],
)
def test_a_sender_that_networks_would_not_show_is_refused(text):
    service = ServiceFactory(default_sender=False)

    with pytest.raises(InvalidSender):
        add_sms_sender(service, text)

    assert not ServiceSmsSender.objects.exists()


def test_a_new_default_replaces_the_old_one():
    service = ServiceFactory()

    sender = add_sms_sender(service, "PARKING", is_default=True)

    assert sender.is_default is True
    assert defaults(service) == [sender]


def test_a_sender_that_the_service_has_is_a_conflict():
    service = ServiceFactory()

    with pytest.raises(SenderExists) as refused:
        add_sms_sender(service, "NOTIFY")

    assert refused.value.status_code == 409


def test_a_reply_to_is_stored_as_given_and_need_not_be_the_default():
    service = ServiceFactory()

    assert add_reply_to(service, " Reply@Example.org ").email_address == "Reply@Example.org"
    assert defaults(service, ServiceEmailReplyTo) == []


def test_a_reply_to_that_is_no_address_is_refused():
    with pytest.raises(InvalidSender, match="Not a valid email address"):
        add_reply_to(ServiceFactory(), "reply@example")


def test_a_reply_to_that_the_service_has_is_a_conflict_unless_archived():
    row = ServiceEmailReplyToFactory()
    with pytest.raises(SenderExists):
        add_reply_to(row.service, row.email_address)
    archive_sender(row)

    assert add_reply_to(row.service, row.email_address).id != row.id


def test_making_default_clears_the_other_one():
    service = ServiceFactory()
    sender = ServiceSmsSenderFactory(service=service)

    make_default(sender)
    make_default(sender)

    assert defaults(service) == [sender]


def test_making_default_leaves_other_services_and_kinds_alone():
    service, other = ServiceFactory(), ServiceFactory()
    reply_to = ServiceEmailReplyToFactory(service=service, is_default=True)

    make_default(ServiceSmsSenderFactory(service=service))

    assert defaults(service, ServiceEmailReplyTo) == [reply_to]
    assert len(defaults(other)) == 1


def test_an_archived_sender_cannot_be_the_default():
    service = ServiceFactory()
    [default] = defaults(service)
    sender = ServiceSmsSenderFactory(service=service, archived=True)

    with pytest.raises(InvalidSender, match="archived"):
        make_default(sender)

    assert defaults(service) == [default]


def test_a_default_cannot_be_archived():
    service = ServiceFactory()
    [default] = defaults(service)

    with pytest.raises(InvalidSender):
        archive_sender(default)

    assert defaults(service) == [default]


def test_any_other_sender_can_be_archived():
    sender = ServiceSmsSenderFactory()

    archive_sender(sender)

    assert ServiceSmsSender.objects.get(id=sender.id).archived is True


def test_changes_are_seen_once_committed(redis, django_capture_on_commit_callbacks):
    service = ServiceFactory()
    find_service(service.id)
    with django_capture_on_commit_callbacks(execute=True):
        add_sms_sender(service, "PARKING", is_default=True)
    added = {each.text: each.is_default for each in find_service(service.id).sms_senders}
    with django_capture_on_commit_callbacks(execute=True):
        archive_sender(ServiceSmsSender.objects.get(service=service, is_default=False))
    left = [each.text for each in find_service(service.id).sms_senders]

    assert added == {"NOTIFY": False, "PARKING": True}
    assert left == ["PARKING"]


def test_a_contact_block_has_trimmed_lines_and_can_be_the_default():
    service = ServiceFactory()

    first = add_letter_contact(service, "\n 1 Road \r\n\r\nTown ", is_default=True)
    second = add_letter_contact(service, "2 Road", is_default=True)

    rows = ServiceLetterContact.objects.filter(service=service, is_default=True)
    assert first.contact_block == "1 Road\n\nTown"
    assert list(rows) == [second]


def test_ten_lines_of_an_address_are_the_most():
    service = ServiceFactory()
    lines = [f"Line {number}" for number in range(11)]

    add_letter_contact(service, "\n".join(lines[:10]))
    with pytest.raises(InvalidSender) as refused:
        add_letter_contact(service, "\n".join(lines))

    assert refused.value.message == (
        "This address is 11 lines long - the most you can have is 10 lines"
    )
    assert ServiceLetterContact.objects.count() == 1


@pytest.mark.parametrize("block", [" \n ", "a\0b", "\ud83d"], ids=repr)
def test_an_address_that_cannot_be_kept_is_refused(block):
    with pytest.raises(InvalidSender, match="address must not"):
        add_letter_contact(ServiceFactory(), block)

    assert not ServiceLetterContact.objects.exists()


def test_an_address_is_there_once_until_it_is_archived():
    service = ServiceFactory()
    block = add_letter_contact(service, "1 Road")

    with pytest.raises(SenderExists):
        add_letter_contact(service, "1 Road ")
    archive_sender(block)

    assert add_letter_contact(service, "1 Road").id != block.id


@pytest.mark.django_db(transaction=True)
def test_two_that_become_default_at_once_leave_exactly_one():
    service = ServiceFactory()
    senders = [ServiceSmsSenderFactory(service=service) for _ in range(2)]

    for _ in range(10):
        refused = at_once(*(lambda sender=sender: make_default(sender) for sender in senders))

        assert refused == []
        assert len(defaults(service)) == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_becomes_default_while_it_is_archived_leaves_exactly_one():
    service = ServiceFactory()

    for _ in range(10):
        sender = ServiceSmsSenderFactory(service=service)
        refused = at_once(
            lambda sender=sender: make_default(sender), lambda sender=sender: archive_sender(sender)
        )

        assert len(refused) == 1
        assert len(defaults(service)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_reply_to_added_twice_at_once_is_there_once():
    service = ServiceFactory()

    refused = at_once(*[lambda: add_reply_to(service, "reply@example.org")] * 2)

    assert refused == ["reply@example.org exists already"]
    assert ServiceEmailReplyTo.objects.filter(service=service).count() == 1
