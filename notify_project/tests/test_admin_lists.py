"""Numbers and suppressed addresses on the admin site."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.models import SuppressedRecipient
from notifications.suppression.entries import suppress
from notify_project.models import AuditEvent
from services.models import InboundNumber
from services.tests.factories import InboundNumberFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def number_page(row):
    return reverse("admin:services_inboundnumber_change", args=[row.id])


def test_a_number_is_loaded_and_given_on_one_page(signed_in, staff):
    service = ServiceFactory()

    signed_in.post(
        reverse("admin:services_inboundnumber_add"),
        {"number": "07700900456", "provider": "mmg", "service": service.id, "reason": "asked for"},
    )

    assert InboundNumber.objects.get().service == service
    events = AuditEvent.objects.filter(actor_id=staff.id, reason="asked for")
    assert set(events.values_list("action", flat=True)) == {
        "add inbound number",
        "allocate inbound number",
    }


def test_a_number_goes_from_one_service_to_another_and_to_nobody(signed_in):
    first, second = ServiceFactory(), ServiceFactory()
    row = InboundNumberFactory()

    holders = []
    for service_id in (first.id, second.id, ""):
        signed_in.post(number_page(row), {"service": service_id, "reason": "asked for"})
        row.refresh_from_db()
        holders.append(row.service)

    assert holders == [first, second, None]


@pytest.mark.parametrize("number", ["447700900456", "0770090045", "", "pigeon"])
def test_what_is_no_number_is_refused_on_the_page(signed_in, number):
    answer = signed_in.post(
        reverse("admin:services_inboundnumber_add"),
        {"number": number, "provider": "mmg", "service": "", "reason": ""},
        follow=True,
    )

    assert answer.status_code == 200
    assert not InboundNumber.objects.exists()


def test_an_archived_number_shows_and_takes_no_service(signed_in):
    row = InboundNumberFactory(active=False)

    signed_in.post(number_page(row), {"service": ServiceFactory().id, "reason": "x"})

    row.refresh_from_db()
    assert row.service is None
    assert signed_in.get(number_page(row)).status_code == 200


def test_numbers_are_archived_after_a_question(signed_in):
    row = InboundNumberFactory()
    url = reverse("admin:services_inboundnumber_changelist")
    chosen = {"action": "archive_numbers", "_selected_action": str(row.id)}

    asked = signed_in.post(url, chosen)
    row.refresh_from_db()
    was_active = row.active
    unreasoned = signed_in.post(url, {**chosen, "confirmed": "yes", "reason": "- -"})
    signed_in.post(url, {**chosen, "confirmed": "yes", "reason": "given back"})

    row.refresh_from_db()
    assert "Archive these numbers?" in asked.content.decode()
    assert (was_active, row.active) == (True, False)
    assert "Say why" in unreasoned.content.decode()
    assert AuditEvent.objects.get(action="archive inbound number").reason == "given back"


def test_an_address_is_suppressed_and_found_and_taken_off(signed_in, staff):
    service = ServiceFactory()
    signed_in.post(
        reverse("admin:notifications_suppressedrecipient_add"),
        {"service": service.id, "email_address": "Jo@example.com", "reason": "asked"},
    )
    row = SuppressedRecipient.objects.get()
    url = reverse("admin:notifications_suppressedrecipient_changelist")

    found = signed_in.get(url, {"q": "jo@EXAMPLE.com"}).content.decode()
    others = signed_in.get(url, {"q": "amala@example.com"}).content.decode()
    chosen = {"action": "lift_suppressions", "_selected_action": str(row.id)}
    asked = signed_in.post(url, chosen).content.decode()
    still_there = SuppressedRecipient.objects.exists()
    naming = {**chosen, "confirmed": "yes", "reason": "jo@example.com asked"}
    refused = signed_in.post(url, naming).content.decode()
    still_there = still_there and SuppressedRecipient.objects.exists()
    signed_in.post(url, {**chosen, "confirmed": "yes", "reason": "asked again"})

    assert row.created_by == staff
    assert str(row.id) in found
    assert str(row.id) not in others
    assert "Take these off the list?" in asked
    assert "jo@example.com" not in asked
    assert "must not name who the message is for" in refused
    assert still_there
    assert not SuppressedRecipient.objects.exists()


@pytest.mark.parametrize("given", [{"email_address": "nobody"}, {"reason": ""}], ids=["to", "why"])
def test_what_cannot_be_suppressed_is_said_on_the_page(signed_in, given):
    full = {"service": ServiceFactory().id, "email_address": "jo@example.com", "reason": "asked"}

    answer = signed_in.post(
        reverse("admin:notifications_suppressedrecipient_add"), {**full, **given}, follow=True
    )

    assert answer.status_code == 200
    assert not SuppressedRecipient.objects.exists()


def test_an_address_is_shown_and_found_only_with_the_right_to_see_it(signed_in):
    row = suppress(ServiceFactory(), "jo@example.com", actor=None, reason="x")
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_suppressedrecipient"))
    client = Client()
    client.force_login(user)
    page = reverse("admin:notifications_suppressedrecipient_change", args=[row.id])
    url = reverse("admin:notifications_suppressedrecipient_changelist")

    assert "jo@example.com" in signed_in.get(page).content.decode()
    assert client.get(page).status_code == 200
    assert "jo@example.com" not in client.get(page).content.decode()
    assert str(row.id) not in client.get(url, {"q": "jo@example.com"}).content.decode()
    assert str(row.id) in client.get(url, {"q": str(row.id)}).content.decode()


def test_the_page_of_a_person_finds_them_once_for_all_its_buttons(signed_in):
    person = UserFactory(failed_login_count=3)

    with CaptureQueriesContext(connection) as asked:
        page = signed_in.get(reverse("admin:services_user_change", args=[person.id]))

    found = [each["sql"] for each in asked if 'FROM "users" WHERE' in each["sql"]]
    assert "Reset second factors" not in page.content.decode()
    # And once for the form, and once for who looks.
    assert sum(str(person.id) in sql for sql in found) <= 2
    assert len(asked) <= 12
