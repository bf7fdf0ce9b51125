"""The main pages of the admin site: for all eyes, with the keyboard alone, and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from deploy import sample
from notifications.models import CallbackDelivery, Job, Notification
from notify_project.tests.browser.pages import PHONE, cut_off, never_reached, tab_through
from services.models import ApiKey, Service
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


@pytest.fixture
def addresses(site, recorded_tasks):
    """Fill the site a little; return its main pages."""
    sample.fill(SMALL)
    letter = Notification.objects.filter(notification_type="letter").first()
    text = Notification.objects.filter(notification_type="sms").order_by("-created_at").first()
    email = Template.objects.filter(template_type="email").first()
    return {
        "home": "/admin/",
        "messages": "/admin/notifications/notification/",
        "a text": f"/admin/notifications/notification/{text.id}/change/",
        "a letter": f"/admin/notifications/notification/{letter.id}/change/",
        "services": "/admin/services/service/",
        "a service": f"/admin/services/service/{Service.objects.first().id}/change/",
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
    for name in ("home", "messages", "a service", "a new key", "a person"):
        page.goto(addresses[name])
        seen, unseen = tab_through(page)
        assert len(seen) > 5
        found |= {f"{name}: no focus to be seen": unseen} if unseen else {}
        missed = never_reached(page)
        found |= {f"{name}: never reached": missed} if missed else {}

    assert found == {}
