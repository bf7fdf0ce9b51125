"""Addresses that a service's ordinary emails do not go to."""

import pytest

from notifications.models import SuppressedRecipient
from notifications.suppression.entries import suppress
from notify_project.models import AuditEvent
from services.tests.api.management.client import member
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return ServiceFactory()


@pytest.fixture
def caller(service):
    return member(service, "manage_settings")


def test_an_address_is_put_on_the_list_shown_masked_and_taken_off(service, caller):
    path = f"/service/{service.id}/suppression"

    status, made = caller.post(path, {"email_address": "Jo@Example.com", "reason": "by phone"})
    _, answer = caller.get(path)
    lifted = caller.post(f"{path}/{made['id']}/lift", {"reason": "by phone again"})

    assert (status, answer["data"]) == (201, [made])
    row = {name: made[name] for name in ("email_address", "cause", "notification_id")}
    assert row == {"email_address": "j***@example.com", "cause": "staff", "notification_id": None}
    assert lifted == (204, None)
    assert not SuppressedRecipient.objects.exists()
    events = AuditEvent.objects.filter(actor=caller.user).order_by("created_at")
    assert [(event.action, event.reason) for event in events][-2:] == [
        ("suppress recipient", "by phone"),
        ("lift suppression", "by phone again"),
    ]
    assert "jo@" not in str(list(events.values())).lower()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"email_address": "al@example.com"}, "required", id="no reason"),
        pytest.param({"email_address": "nobody", "reason": "r"}, "valid email", id="no address"),
        pytest.param({"email_address": "JO@example.com", "reason": "r"}, "already", id="again"),
    ],
)
def test_what_cannot_be_suppressed_is_refused(service, caller, body, words):
    suppress(service, "jo@example.com", actor=None, reason="r")

    status, answer = caller.post(f"/service/{service.id}/suppression", body)

    assert (status, words in str(answer["message"])) == (400, True)
    assert SuppressedRecipient.objects.count() == 1


def test_of_a_person_who_was_erased_the_entry_shows_no_address(service, caller):
    row = suppress(service, "jo@example.com", actor=None, reason="r")
    SuppressedRecipient.objects.update(recipient="")

    _, answer = caller.get(f"/service/{service.id}/suppression/{row.id}")

    assert (answer["email_address"], answer["cause"]) == (None, "staff")


def test_an_address_is_found_whole_and_the_audit_does_not_say_which(
    service, caller, django_assert_max_num_queries
):
    for address in ("jo@example.com", "al@example.com"):
        suppress(service, address, actor=None, reason="r")
    suppress(ServiceFactory(), "jo@example.com", actor=None, reason="r")
    path = f"/service/{service.id}/suppression"

    with django_assert_max_num_queries(6):
        assert len(caller.get(f"{path}?cause=staff")[1]["data"]) == 2
    _, answer = caller.get(f"{path}?email_address=JO@example.com")

    assert [row["email_address"] for row in answer["data"]] == ["j***@example.com"]
    assert caller.get(f"{path}?cause=bounced")[1]["data"] == []
    assert caller.get(f"{path}?email_address=nobody")[1]["data"] == []
    event = AuditEvent.objects.filter(action="search suppression list").first()
    assert (event.actor, event.after, event.reason) == (caller.user, None, "")
