"""Acts that are asked for twice: with a reason, and a name that is typed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.models import AuditEvent
from notify_project.tests.test_admin_pages import service_form
from services.models import Service
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return UserFactory(support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


def test_a_daily_limit_is_raised_with_a_reason_that_the_audit_keeps(signed_in, staff):
    service = ServiceFactory(sms_message_limit=7)
    url = reverse("admin:services_service_change", args=[service.id])

    refused = signed_in.post(url, service_form() | {"sms_message_limit": 90, "reason": " "})
    before = Service.objects.get(id=service.id).sms_message_limit
    signed_in.post(url, service_form() | {"sms_message_limit": 90, "reason": "a campaign"})

    event = AuditEvent.objects.get(action="change service")
    assert "Say why, in 3 characters at least" in refused.content.decode()
    assert (before, Service.objects.get(id=service.id).sms_message_limit) == (7, 90)
    assert (event.before["sms_message_limit"], event.after["sms_message_limit"]) == (7, 90)
    assert (event.actor, event.reason) == (staff, "a campaign")


def test_a_service_is_archived_once_its_name_is_typed(signed_in, staff):
    key = ApiKeyFactory()
    service = key.service
    url = reverse("admin:services_service_change", args=[service.id]).replace("change", "archive")
    answer = {"confirmed": "yes", "reason": "it has ended"}

    asked = signed_in.get(url).content.decode()
    refused = signed_in.post(url, answer | {"typed": service.name.upper() + "!"})
    active = Service.objects.get(id=service.id).active
    signed_in.post(url, answer | {"typed": service.name})

    key.refresh_from_db()
    events = AuditEvent.objects.filter(actor=staff).order_by("created_at", "action")
    assert service.name in asked
    assert (refused.status_code, active) == (422, True)
    assert not Service.objects.get(id=service.id).active
    assert key.expiry_date is not None
    assert {(each.action, each.reason) for each in events} == {
        ("archive service", "it has ended"),
        ("revoke key", "it has ended"),
    }


def test_a_leaked_key_is_revoked_once_its_name_is_typed_and_its_use_is_shown(signed_in, staff):
    key = ApiKeyFactory(name="<b>leaked</b>")
    template = TemplateFactory(service=key.service)
    for days in (0, 0, 2):
        NotificationFactory(
            template=template, api_key=key, created_at=clock.now() - timedelta(days=days)
        )
    page = reverse("admin:services_apikey_change", args=[key.id])
    revoke = page.replace("/change/", "/revoke/")
    answer = {"confirmed": "yes", "reason": "it was in a repository"}

    use = signed_in.get(reverse("admin:notifications_notification_key_use", args=[key.id]))
    refused = signed_in.post(revoke, answer | {"typed": "leaked"})
    key.refresh_from_db()
    still = key.expiry_date
    signed_in.post(revoke, answer | {"typed": key.name})

    key.refresh_from_db()
    event = AuditEvent.objects.get(action="revoke key")
    shown = use.content.decode()
    assert ("It was last used on" in shown, "<b>leaked" in shown) == (True, False)
    assert re.findall(r"texts</td><td[^>]*>(\d+)<", shown) == ["2", "1"]
    assert (refused.status_code, still) == (422, None)
    assert key.expiry_date is not None
    assert (event.actor, event.reason) == (staff, "it was in a repository")
