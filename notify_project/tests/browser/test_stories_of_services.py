"""Support staff look after services: acted out in a browser, as it is told to them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from billing.daily import rebuild_day
from billing.tasks import make_report
from billing.tests.factories import LetterRateFactory, RateFactory, sent
from deploy.make_token import make_token
from notifications.delivery.deliver import deliver
from notifications.lifecycle.holding import HELD_UNTIL
from notifications.models import Notification, ReportRequest
from notifications.support.giving_back import give_back
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.constants import Queue
from notify_project.models import AuditEvent
from notify_project.tests.browser.steps import confirm, says, search, step
from services import api_keys
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.usefixtures("recorded_tasks")


def test_a_leaked_key_opens_nothing_any_more(page, library):
    """A key was published by mistake: revoke it, and it is refused at once."""
    leaked = api_keys.issue(library, "website", "normal", actor=None)
    kept = api_keys.issue(library, "counter", "normal", actor=None)
    template = TemplateFactory(service=library)
    for _ in range(3):
        NotificationFactory(template=template, api_key=leaked.key)

    page.goto("/admin/services/apikey/")
    search(page, "website")
    page.get_by_role("link", name="website").click()
    page.get_by_role("link", name="When it was last used, and for what").click()
    says(page, "It was last used on")
    assert page.get_by_role("row").all_inner_texts()[1].split("\t")[1:] == ["texts", "3"]
    page.get_by_role("link", name="website").click()
    step(page, "Revoke")
    confirm(page, "published by mistake", typed="website")

    says(page, "Revoked 1 key.")
    assert [asked(each) for each in (leaked, kept)] == [403, 200]


def asked(issued):
    """Ask the API for the service's messages; return how it answers."""
    token = make_token(issued.shown_once)
    return Client().get("/v2/notifications", HTTP_AUTHORIZATION=f"Bearer {token}").status_code


def test_a_daily_limit_is_raised(page, library):
    """A service will send more than its limit tomorrow: raise it, so that anybody can see why."""
    page.goto("/admin/services/service/")
    search(page, "Demo Library")
    page.get_by_role("link", name="Demo Library Service").click()
    says(page, "0 of 250,000")
    step(page, "Settings")
    page.locator("[name=sms_message_limit]").fill("400000")
    page.locator("[name=_save]").click()
    says(page, "Say why, in 3 characters at least")
    assert not AuditEvent.objects.filter(service_id=library.id, action="change service").exists()
    page.locator("[name=reason]").fill("reminders of the election")
    page.locator("[name=_save]").click()

    says(page, "was changed successfully")
    library.refresh_from_db()
    assert library.sms_message_limit == 400_000
    page.goto(f"/admin/services/service/{library.id}/overview/")
    says(page, "0 of 400,000")
    page.get_by_role("link", name="Audit", exact=True).click()
    page.locator("#result_list tbody th a").first.click()
    says(page, "reminders of the election", "400000")


def test_a_service_that_phishes_is_held_and_let_go_again(page, library):
    """A service may have been taken over: nothing more goes out until it is known."""
    template = TemplateFactory(service=library)
    waiting = NotificationFactory(template=template)

    page.goto("/admin/services/service/")
    search(page, "Demo Library")
    page.get_by_role("link", name="Demo Library Service").click()
    step(page, "Hold sending")
    confirm(page, "may be phishing", typed="Demo Library Service")
    says(page, "It is held.")
    deliver(Queue.NORMAL)
    waiting.refresh_from_db()
    assert waiting.status == "created"
    assert waiting.next_attempt_at > HELD_UNTIL

    page.goto(f"/admin/notifications/notification/{waiting.id}/change/")
    says(page, "may be phishing")
    page.goto("/admin/notifications/hold/")
    page.get_by_role("link", name="Demo Library Service").click()
    step(page, "Release")
    confirm(page, "it was their own campaign")

    says(page, "It is released")
    give_back(until=clock.now() + timedelta(minutes=1))
    assert Notification.objects.due(clock.now()).filter(id=waiting.id).exists()


def test_a_figure_that_is_disputed_is_traced_to_its_messages(page, library, files):
    """A service sent less than its bill says, it thinks: show the very messages."""
    RateFactory()
    LetterRateFactory()
    template = TemplateFactory(service=library)
    day = clock.london_today() - timedelta(days=1)
    noon = clock.london_midnight(day) + timedelta(hours=12)
    told = sent(library, template_id=template.id, count=3, created_at=noon)
    others = sent(ServiceFactory(), count=2, created_at=noon)
    rebuild_day(day)

    page.goto("/admin/billing/factbilling/")
    search(page, str(library.id))
    page.locator("#result_list tbody th a").click()
    says(page, *(str(row.id) for row in told))
    step(page, "All its messages as CSV")
    page.locator("[name=_save]").click()
    report = ReportRequest.objects.get()
    make_report(str(report.id))
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^CSV")).click()
    lines = Path(download.value.path()).read_text()

    assert all(str(row.id) in lines for row in told)
    assert not any(str(row.id) in lines for row in others)
    assert lines.count("\n") == 4
