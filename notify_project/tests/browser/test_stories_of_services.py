"""Support staff look after services: acted out in a browser, as it is told to them."""

import pytest
from django.test import Client

from deploy.make_token import make_token
from notify_project.models import AuditEvent
from notify_project.tests.browser.steps import choose, confirm, says, search
from services import api_keys
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.usefixtures("recorded_tasks")


@pytest.fixture
def library(site):
    return ServiceFactory(name="Demo Library Service")


def test_a_leaked_key_opens_nothing_any_more(page, library):
    """A key was published by mistake: revoke it, and it is refused at once."""
    leaked = api_keys.issue(library, "website", "normal", actor=None)
    kept = api_keys.issue(library, "counter", "normal", actor=None)

    page.goto("/admin/services/apikey/")
    search(page, "website")
    choose(page, [leaked.key.id], "Revoke")
    confirm(page, "published by mistake", typed="website")

    says(page, "website")
    assert [asked(each) for each in (leaked, kept)] == [403, 200]


def asked(issued):
    """Ask the API for the service's messages; return how it answers."""
    token = make_token(issued.shown_once)
    return Client().get("/v2/notifications", HTTP_AUTHORIZATION=f"Bearer {token}").status_code


def test_a_daily_limit_is_raised(page, library):
    """A service will send more than its limit tomorrow: raise it, so that anybody can see why."""
    page.goto("/admin/services/service/")
    search(page, "Demo Library")
    page.goto(f"/admin/services/service/{library.id}/change/")
    page.locator("[name=sms_message_limit]").fill("400000")
    reason = page.locator("[name=reason]")
    if reason.count():
        reason.fill("elections")
    page.locator("[name=_save]").click()

    says(page, "was changed successfully")
    library.refresh_from_db()
    assert library.sms_message_limit == 400_000
    [event] = AuditEvent.objects.filter(service_id=library.id)
    assert event.after["sms_message_limit"] == 400_000
