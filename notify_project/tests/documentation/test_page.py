import os
import re

import pytest
from django.test import Client

from notify_project.documentation.operations import OPERATIONS
from notify_project.documentation.page import marked, type_words
from notify_project.documentation.samples import samples_of
from notify_project.tests.described import DESCRIBED

BROWSER = os.environ.get("NOTIFY_BROWSER")
in_a_browser = pytest.mark.skipif(not BROWSER, reason="no browser is installed")


@pytest.fixture
def html():
    return Client().get("/v2/docs").content.decode()


def test_the_page_is_for_anyone_and_needs_nothing_from_elsewhere():
    answer = Client().get("/v2/docs")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert not re.search(rb"<script|<img|<link|@import|url\(", answer.content)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_operation_is_on_the_page(html, operation):
    assert f'id="{operation.name}"' in html
    assert f'href="#{operation.name}"' in html
    for sample in samples_of(operation, "http://testserver"):
        assert sample["source"].splitlines()[0].replace('"', "&quot;") in html


def test_every_link_within_the_page_leads_somewhere(html):
    ids = re.findall(r'\bid="([^"]+)"', html)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_every_field_of_a_request_is_on_the_page(html):
    for operation in OPERATIONS:
        for body in operation.body:
            for name in body.definition["properties"]:
                assert f"<code>{name}</code>" in html


def test_what_is_marked_becomes_code_and_nothing_becomes_html():
    assert marked("a `b<c>` & d") == "a <code>b&lt;c&gt;</code> &amp; d"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["string", "null"], "format": "date-time"}, "time or null"),
        ({"type": "string", "maxLength": 5}, "text, at most 5 characters"),
        ({"type": "array", "items": {"type": "string", "format": "uuid"}}, "list of UUID"),
        ({"const": True}, "true"),
        ({"$ref": "#/components/schemas/Template"}, "Template"),
        ({"enum": ["a"]}, "text"),
        ({}, "anything"),
    ],
)
def test_a_schema_is_said_in_words(schema, words):
    assert type_words(DESCRIBED, schema) == words


@in_a_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_any_screen(html, scheme, width):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
        )
        page.set_content(html)
        needed = page.evaluate("document.documentElement.scrollWidth")
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        contents_are_shown = page.locator("nav .wide").is_visible()
        browser.close()

    assert needed <= width
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    assert contents_are_shown == (width > 1000)
