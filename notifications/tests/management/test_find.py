"""The command that finds anything."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from notifications.tests.factories import NotificationFactory
from notify_project.models import AuditEvent
from services.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def find(*arguments):
    out = io.StringIO()
    call_command("find", *arguments, stdout=out)
    return out.getvalue()


def test_one_line_tells_each_thing_from_others():
    row = NotificationFactory(client_reference="order 7")

    found = find("order 7")

    assert found.startswith("Messages: 1\n")
    assert f"{row.id} | text {row.id} | ••• 123 | created | {row.service.name} | " in found


def test_a_recipient_takes_a_reason_and_leaves_an_event(monkeypatch):
    row = NotificationFactory(to="07700900123")
    staff = UserFactory(support=True)
    monkeypatch.setattr("sys.stdin", io.StringIO("07700 900123\n"))

    with pytest.raises(CommandError, match="say why with --reason") as asked:
        find("07700 900123")
    found = find("-", "--reason", "ticket 7", "--by", staff.email_address)

    assert str(row.id) not in str(asked.value)
    assert asked.value.returncode == 1
    assert str(row.id) in found
    assert "900123" not in found
    assert AuditEvent.objects.get().actor == staff


def test_nothing_found_fails_and_says_what_was_tried():
    with pytest.raises(CommandError, match="Nothing was found as a reference of a caller") as told:
        find("pigeon")

    assert told.value.returncode == 1
    assert "pigeon" not in str(told.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x"], "Type 2 to 1000 characters"),
        (["07700900123", "--reason", "07700900123"], "name"),
        (["pigeon", "--by", "nobody@example.org"], "nobody of the support staff"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(arguments, words):
    with pytest.raises(CommandError, match=words) as told:
        find(*arguments)

    assert told.value.returncode == 2
