"""What support staff do on many pages, as they do it: by words, not by addresses."""

import re

from playwright.sync_api import expect

from notify_project.clock import LONDON

MESSAGES = "/admin/notifications/notification/"


def find_message(page, term):
    """Look for a message by what somebody knows of it, and open it."""
    page.goto(MESSAGES)
    search(page, term)
    page.locator("#result_list tbody th a").first.click()


def search(page, term):
    """Search a list."""
    page.locator("#searchbar").fill(term)
    page.locator("#searchbar").press("Enter")


def choose(page, row_ids, words):
    """Tick rows of a list and run an action on them."""
    for row_id in row_ids:
        page.locator(f"input.action-select[value='{row_id}']").check()
    page.locator("select[name=action]").select_option(label=words)
    page.get_by_role("button", name="Run").click()


def confirm(page, reason, typed=None):
    """Answer the question before an act: why, and what must be typed; both where it is asked."""
    form = page.locator("form.max-w-3xl")
    form.wait_for()
    for name, value in (("reason", reason), ("typed", typed)):
        box = form.locator(f"[name={name}]:not([type=hidden])")
        if value and box.count():
            box.fill(value)
    with page.expect_navigation():
        page.locator("form.max-w-3xl button[type=submit]").click()


def step(page, words):
    """Choose what a page offers at its top."""
    page.get_by_role("link", name=re.compile(f"^{words}$")).first.click()


def says(page, *words):
    """Expect that the page says something."""
    for each in words:
        expect(page.get_by_text(each).locator("visible=true").first).to_be_visible()


def look_for(page, term, reason):
    """Look for a recipient on the page that finds anything, and say why."""
    page.goto("/admin/find/")
    page.get_by_label("What are you looking for?").fill(term)
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Why do you look for this recipient?").fill(reason)
    page.get_by_role("button", name="Look for the recipient").click()


def reveal(page, reason):
    """Say why one needs to see what a message says, and to whom."""
    page.get_by_label("Why do you need to see it?").fill(reason)
    page.get_by_role("button", name="Show personal data").click()


def plan_bulk_action(page, *, what, provider, since, reason):
    """Say what is to be done to messages that a provider did not take."""
    page.goto("/admin/notifications/bulkaction/")
    step(page, "Plan one")
    page.get_by_label("What", exact=True).select_option(label=what)
    page.get_by_label("Provider").select_option(provider)
    page.get_by_label("Accepted from").fill(f"{since.astimezone(LONDON):%Y-%m-%dT%H:%M}")
    page.get_by_label("Why?").fill(reason)
    page.get_by_role("button", name="Count").click()
    says(page, f"{what}: it is being counted")
