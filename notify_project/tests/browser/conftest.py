"""One browser for all tests of a module, and people who are signed in."""

import os
from contextlib import ExitStack
from dataclasses import replace

import pytest

from deploy import sample
from deploy.environment import ROOT
from notify_project.tests.browser.pages import PHONE, opened
from services.models import Service
from services.tests.factories import UserFactory
from templates_app.configuration.applying import apply_file

BROWSER = os.environ.get("NOTIFY_BROWSER")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items):
    """Leave the tests of this folder out where there is no browser."""
    for item in items:
        if "/tests/browser/" in str(item.path) and not BROWSER:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


# Of a module: other tests start a browser of their own, and a process may drive one at a time.
@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    # Playwright keeps an event loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(transactional_db, live_server, redis, settings):
    """Give the address of a site that a browser can ask."""
    settings.ALLOWED_HOSTS = ["*"]
    return live_server.url


@pytest.fixture
def staff(site):
    return UserFactory(support=True, name="Sam Support", email_address="sam@notify.example")


@pytest.fixture
def library(site):
    """Give the service of the demo, beside others that have thousands of messages."""
    # None is due: what a story sends is its own.
    sample.fill(replace(sample.SMALL, messages=2000, calls=300, waiting=0))
    secrets = {
        "DEMO_ADMIN_PASSWORD": "a password of a demo",
        "DEMO_API_KEY_SECRET": "6b0f0f6e-2f3a-4c0e-9b57-2f6c1d0e4a11",
    }
    configuration = (ROOT / "deploy" / "demo.yaml").read_bytes()
    assert not apply_file(configuration, dry_run=False, environment=secrets).problems
    return Service.objects.get(name="Demo Library Service")


@pytest.fixture
def open_page(browser, site, staff):
    """Return a function that opens a page of the support staff; at the end nothing was wrong."""
    with ExitStack() as stack:

        def open_as(*, user=staff, **how):
            return stack.enter_context(opened(browser, site, user=user, **how))

        yield open_as


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def phone(open_page):
    return open_page(size=PHONE)
