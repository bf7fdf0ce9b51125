"""The pages as people see them: in a browser, by day and by night, on a phone."""

import os

import pytest

from services.tests.factories import ServiceFactory

BROWSER = os.environ.get("NOTIFY_BROWSER")
ASKS = "Confirm your email address"

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")


@pytest.fixture
def document(transactional_db, live_server, redis, publish_one):
    service = ServiceFactory(name="Riverside Library", contact_link="https://library.example/help")
    return publish_one(service=service, filename="Your reading list, November.csv")


@pytest.fixture
def browser(document):
    """Open a browser; rows are made before, as Playwright's event loop has its own connections."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def test_a_recipient_confirms_the_address_and_downloads_the_file(
    browser, live_server, document, tmp_path
):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(live_server.url + document.link)

    page.fill("[name=email_address]", "sam@example.com")
    page.get_by_role("button", name="Continue").press("Enter")
    page.screenshot(path=tmp_path / "wrong-address.png", full_page=True)
    refused = page.get_by_role("alert").inner_text()
    page.fill("[name=email_address]", "JO@example.com")
    page.get_by_role("button", name="Continue").click()
    page.screenshot(path=tmp_path / "light.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()

    assert "was not sent to that address" in refused
    assert download.value.suggested_filename == "Your reading list, November.csv"
    assert download.value.path().read_bytes() == b"hello"
    # The one complaint is of the refused address: no style was blocked.
    assert all("403" in complaint for complaint in complaints), complaints


def test_the_pages_follow_the_colours_that_people_prefer(browser, live_server, tmp_path):
    shades = {}
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme).new_page()
        page.goto(f"{live_server.url}/documents/test-document")
        page.screenshot(path=tmp_path / f"sample-{scheme}.png")
        shades[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert shades == {"light": "rgb(243, 244, 247)", "dark": "rgb(15, 18, 24)"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_a_phone(browser, live_server, document, tmp_path, scheme):
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    page.goto(live_server.url + document.link)
    page.fill("[name=email_address]", "jo@example.com")
    page.screenshot(path=tmp_path / f"phone-form-{scheme}.png", full_page=True)
    page.get_by_role("button", name="Continue").click()
    page.screenshot(path=tmp_path / f"phone-{scheme}.png", full_page=True)

    assert page.get_by_role("link", name="Download").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
