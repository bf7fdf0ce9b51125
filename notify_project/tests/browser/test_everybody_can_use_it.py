"""The main pages of the admin site: for all eyes, with the keyboard alone, and on a phone."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from deploy import sample
from notifications.models import CallbackDelivery, Hold, Job, Notification
from notifications.support import bulk
from notifications.support.holding import hold
from notifications.tests.factories import ProviderDetailsFactory
from notify_project import clock
from notify_project.tests.browser.pages import PHONE, cut_off, never_reached, tab_through
from services.models import ApiKey, Service
from services.tests.factories import UserFactory
from templates_app.models import Template

GRAVE = {"serious", "critical"}
SMALL = sample.Size(
    services=3,
    templates_each=6,
    messages=400,
    jobs=6,
    calls=60,
    events=60,
    history_days=59,
    waiting=20,
)


# Those that have something of their own to be pressed.
BY_KEYBOARD = (
    *("home", "find", "messages", "a text", "a service", "overview", "a new key", "a person"),
    *("what to hold", "hold it", "a new bulk action", "a bulk action", "a new report", "queues"),
    *("sessions", "second factors", "roles"),
)


@pytest.fixture
def addresses(site, recorded_tasks):
    """Fill the site a little; return its main pages."""
    sample.fill(SMALL)
    letter = Notification.objects.filter(notification_type="letter").first()
    text = Notification.objects.filter(notification_type="sms").order_by("-created_at").first()
    email = Template.objects.filter(template_type="email").first()
    service = Service.objects.first()
    ProviderDetailsFactory(identifier="mmg")
    hold("lane", "bulk", actor=None, reason="a campaign")
    held = Hold.objects.get()
    action = bulk.begin(
        "send-now",
        since=clock.now() - timedelta(hours=1),
        provider="mmg",
        actor=None,
        reason="mmg was away",
    )
    somebody = UserFactory(name="Somebody with " + "a long name " * 8)
    return {
        "find": "/admin/find/",
        "holds": "/admin/notifications/hold/",
        "a hold": f"/admin/notifications/hold/{held.id}/change/",
        "what to hold": "/admin/notifications/hold/add/",
        "hold it": f"/admin/notifications/hold/add/?kind=service&key={service.id}",
        "bulk actions": "/admin/notifications/bulkaction/",
        "a new bulk action": "/admin/notifications/bulkaction/add/",
        "a bulk action": f"/admin/notifications/bulkaction/{action.id}/change/",
        "overview": f"/admin/services/service/{service.id}/overview/",
        "reports": "/admin/notifications/reportrequest/",
        "a new report": "/admin/notifications/reportrequest/add/",
        "queues": reverse("admin:django_rq_dashboard_changelist"),
        "failed tasks": reverse("admin:django_rq_dashboard_failed", args=["priority"]),
        "sessions": reverse("account_sessions"),
        "second factors": reverse("mfa_index"),
        "roles": f"/admin/services/user/{somebody.id}/roles/",
        "home": "/admin/",
        "messages": "/admin/notifications/notification/",
        "a text": f"/admin/notifications/notification/{text.id}/change/",
        "a letter": f"/admin/notifications/notification/{letter.id}/change/",
        "services": "/admin/services/service/",
        "a service": f"/admin/services/service/{service.id}/change/",
        "a template": f"/admin/templates_app/template/{email.id}/change/",
        "a new key": "/admin/services/apikey/add/",
        "a key": f"/admin/services/apikey/{ApiKey.objects.first().id}/change/",
        "a job": f"/admin/notifications/job/{Job.objects.first().id}/change/",
        "calls": "/admin/notifications/callbackdelivery/",
        "a call": "/admin/notifications/callbackdelivery/"
        f"{CallbackDelivery.objects.first().id}/change/",
        "a person": "/admin/notifications/personrequest/add/",
        "audit events": "/admin/notify_project/auditevent/",
    }


@pytest.fixture
def staff(addresses):
    from services.models import User  # noqa: PLC0415

    return User.objects.get(email_address=sample.EMAIL)


def grave(page, rules=None):
    options = {"runOnly": rules} if rules else None
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


# In the dark only the colours are others.
@pytest.mark.parametrize(("theme", "rules"), [("light", None), ("dark", ["color-contrast"])])
def test_nothing_grave_keeps_anybody_out(open_page, addresses, theme, rules):
    page = open_page(theme=theme)
    found = {}
    for name, url in addresses.items():
        page.goto(url)
        if wrong := grave(page, rules):
            found[name] = wrong

    assert not found, "\n".join(f"{name} {line}" for name in found for line in found[name])


def test_a_phone_shows_every_page_whole(open_page, addresses):
    page = open_page(size=PHONE)
    found = {}
    for name, url in addresses.items():
        page.goto(url)
        if wrong := cut_off(page):
            found[name] = wrong

    assert found == {}


def test_the_keyboard_reaches_everything_and_shows_where_it_is(open_page, addresses):
    page = open_page()
    found = {}
    for name in BY_KEYBOARD:
        page.goto(addresses[name])
        seen, unseen = tab_through(page)
        assert len(seen) > 5
        found |= {f"{name}: no focus to be seen": unseen} if unseen else {}
        missed = never_reached(page)
        found |= {f"{name}: never reached": missed} if missed else {}

    assert found == {}


def test_the_door_is_open_to_everybody(open_page, site):
    for theme in ("light", "dark"):
        page = open_page(user=None, theme=theme, size=PHONE)
        page.goto("/admin/")
        assert grave(page) == []
        assert cut_off(page) == []

    seen, unseen = tab_through(page)

    assert (len(seen) > 2, unseen, never_reached(page)) == (True, [], [])


def test_what_is_opened_by_a_key_is_closed_by_escape(open_page, addresses):
    page = open_page()
    page.goto(addresses["messages"])
    filters = page.get_by_role("button", name="Filters")
    panel = page.locator("#changelist-filter")

    filters.press("Enter")
    expect(panel).to_be_visible()
    assert page.evaluate("document.activeElement.closest('#changelist-filter') !== null")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(filters).to_be_focused()

    account = page.get_by_role("button", name=sample.EMAIL)
    account.press(" ")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    expect(account).to_be_focused()


def test_a_phone_opens_the_menu_and_closes_it_by_the_keyboard(open_page, addresses):
    page = open_page(size=PHONE)
    page.goto(addresses["messages"])

    page.get_by_role("button", name="Menu").press("Enter")
    expect(page.get_by_role("link", name="Find anything")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Find anything")).to_be_hidden()
