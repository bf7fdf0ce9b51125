"""Passkeys in a real browser, with an authenticator that the browser plays itself."""

import os

import pytest
from allauth.mfa.models import Authenticator

from notify_project.models import AuditEvent
from services.tests.accounts.signing_in import PASSWORD, person_with_password

BROWSER = os.environ.get("NOTIFY_BROWSER")
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def _first_step(page, user):
    page.fill("[name=username]", user.email_address)
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")


def _again(page, site):
    page.context.clear_cookies()
    page.goto(f"{site}/admin/")


def _authenticator(page):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")
def test_a_passkey_is_added_and_then_opens_the_site_alone(transactional_db, live_server, settings):
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop
    settings.ADMIN_TWO_FACTOR = "required"
    user = person_with_password(support=True, email_address="staff@example.org")
    # Browsers have passkeys for names, not for numbers.
    site = live_server.url.replace("127.0.0.1", "localhost")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page()
        _authenticator(page)
        page.goto(f"{site}/admin/")
        _first_step(page, user)
        expect(page.get_by_text("your role needs one")).to_be_visible()
        page.get_by_role("link", name="Add a passkey").click()
        page.fill("[name=name]", "My laptop")
        page.get_by_role("button", name="Add it").click()
        expect(page.locator("#recovery-codes li")).to_have_count(10)
        _again(page, site)
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{site}/admin/")
        _again(page, site)
        _first_step(page, user)
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(f"{site}/admin/")
        browser.close()

    assert Authenticator.objects.get(user=user, type="webauthn").wrap().name == "My laptop"
    ways = AuditEvent.objects.filter(action="sign in").order_by("created_at")
    assert [event.after["with"] for event in ways] == [
        ["password"],
        ["webauthn"],
        ["password", "webauthn"],
    ]
