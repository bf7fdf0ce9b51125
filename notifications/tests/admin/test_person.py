import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from notifications.models import PersonRequest
from notifications.tests.factories import NotificationFactory
from notify_project.models import AuditEvent
from services.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files", "redis", "recorded_tasks")]

JO = "Jo@Example.com"
FORM = {"recipients": f"{JO}\n07700 900123", "reason": "asked for it", "case_reference": "DP-9"}
ADD = "admin:notifications_personrequest_add"


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_person_is_found_first_and_erased_once_the_case_was_typed():
    row = NotificationFactory(email=True)
    staff = UserFactory(support=True)
    client = signed_in(staff)

    asked = client.get(reverse(ADD))
    found = client.post(reverse(ADD), FORM)
    wrong = client.post(reverse(ADD), {**FORM, "erase": "yes", "confirmation": "DP-8"}, follow=True)

    row.refresh_from_db()
    assert (asked.status_code, found.status_code, row.to) == (200, 200, "jo@example.com")
    assert "This is what there is. Nothing was erased." in found.content.decode()
    assert "no-store" in found.headers["Cache-Control"]
    assert "Nothing was erased: type the case" in wrong.content.decode()

    page = client.post(reverse(ADD), {**FORM, "erase": "yes", "confirmation": "DP-9"}, follow=True)

    row.refresh_from_db()
    assert row.to == ""
    assert "messages erased: 1" in page.content.decode()
    look = PersonRequest.objects.get(kind="find")
    shown = client.get(reverse("admin:notifications_personrequest_change", args=[look.id]))
    assert "messages: 1<" in shown.content.decode()
    assert "example.com" not in page.content.decode().lower()
    assert [request.kind for request in PersonRequest.objects.order_by("created_at")] == [
        "find",
        "erase",
    ]
    assert set(AuditEvent.objects.values_list("actor", flat=True)) == {staff.id}


def test_what_is_wrong_is_said_on_the_page():
    page = signed_in(UserFactory(support=True)).post(reverse(ADD), {**FORM, "recipients": "London"})

    assert "Recipient 1 is no email address" in page.content.decode()
    assert not PersonRequest.objects.exists()


def test_nobody_looks_without_the_right_to_see_recipients():
    user = UserFactory(platform_admin=True)
    names = ["view_personrequest", "add_personrequest"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))

    assert signed_in(user).post(reverse(ADD), FORM).status_code == 403
    assert not PersonRequest.objects.exists()
