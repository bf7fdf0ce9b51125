"""An email on its page, in a real browser: it is seen, and it does nothing."""

import os

import pytest
from django.urls import reverse

from notifications.tests.factories import NotificationFactory
from services.tests.factories import UserFactory
from templates_app.tests.factories import TemplateFactory

BROWSER = os.environ.get("NOTIFY_BROWSER")
PASSWORD = "a long enough password"


@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")
def test_an_email_is_read_and_its_links_lead_nowhere(transactional_db, live_server, redis):
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop
    user = UserFactory(email_address="staff@example.org", support=True)
    user.set_password(PASSWORD)
    user.save()
    template = TemplateFactory(email=True, content="Hello ((name)), see https://example.org/x?y=1")
    row = NotificationFactory(template=template)
    asked = []

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(f"{live_server.url}/admin/")
        page.fill("[name=username]", "staff@example.org")
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        page.goto(
            live_server.url + reverse("admin:notifications_notification_change", args=[row.id])
        )
        hidden = page.locator("body").inner_text()
        page.get_by_label("Why do you need to see it?").fill("asked by the service")
        page.keyboard.press("Enter")
        frame = page.frame_locator("iframe.message-email")
        expect(frame.locator("p", has_text="Hello Jo")).to_be_visible()
        page.context.on("request", lambda request: asked.append(request.url))
        frame.get_by_role("link", name="https://example.org/x?y=1").click()
        page.wait_for_timeout(300)
        expect(frame.locator("p", has_text="Hello Jo")).to_be_visible()
        is_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        pages = len(page.context.pages)
        browser.close()

    assert "jo@example.com" not in hidden
    assert (asked, pages, is_wide) == ([], 1, False)
