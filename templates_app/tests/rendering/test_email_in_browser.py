"""Emails as people see them: by day and by night, on a phone and on a desk, without scripts.

With ``EMAIL_SCREENSHOTS=docs`` the pictures of the documentation are made anew.
"""

import os
from pathlib import Path

import pytest

from services.tests.branding.pictures import mark
from templates_app.rendering.email import email_parts
from templates_app.rendering.email_document import Brand, email_document
from templates_app.rendering.placeholders import parse

BROWSER = os.environ.get("NOTIFY_BROWSER")
PICTURES = os.environ.get("EMAIL_SCREENSHOTS")
SCHEMES = ("light", "dark")
WIDTHS = {"phone": 360, "desktop": 1200}
LOGO_URL = "https://assets.example/logo.png"
LOGO = mark(108, (15, 118, 110))
SUBJECT = "Your books are ready to collect"
BODY = """\
# Two books are waiting for you

Dear Amala,

we keep them at the desk of Riverside Library until Friday 4 December:

* A Field Guide to Pigeons
* The Lighthouse Keeper's Almanac

## Before you come

1. Bring your library card.
2. Check the [opening hours](https://library.example/hours).

^ Cannot come? Renew at https://library.example/account/loans by Thursday.

Riverside Library
"""
LONG = f"{'x' * 200} https://library.example/{'a' * 200}\n\n* {'y' * 200}\n\n# {'z' * 200}"
BANNER = Brand("Notify", colour="#0b0c0c")
RIVERSIDE = Brand("Riverside Library", colour="#0f766e", logo_url=LOGO_URL)
BRANDS = {
    "no branding": (BANNER, None),
    "both": (BANNER, RIVERSIDE),
    "org": (None, RIVERSIDE),
    "org_banner": (Brand("Riverside Library", colour="#ffdd00", logo_url=LOGO_URL), None),
    "logo alone": (None, Brand(alt_text="Riverside Library", logo_url=LOGO_URL)),
}
# Each piece of text with the contrast to the nearest colour behind it. Source: WCAG 2.2, 1.4.3.
CONTRASTS = """() => {
  const channels = css => css.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = channels(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
      if (colour[3] !== 0) throw new Error('half transparent');
    }
    throw new Error('nothing behind the text');
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !parent.getClientRects().length) continue;
    const [dark, light] = [channels(getComputedStyle(parent).color), behind(parent)]
      .map(luminance).sort((a, b) => a - b);
    found.push([texts.currentNode.data.trim(), (light + 0.05) / (dark + 0.05)]);
  }
  return found;
}"""

pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def show(browser):
    """Return a function that opens an email; the page then lists what it has asked for."""
    contexts = []

    def open_email(brands="both", *, scheme="light", width=360, body=BODY):
        context = browser.new_context(
            java_script_enabled=False,
            color_scheme=scheme,
            viewport={"width": width, "height": 640},
        )
        contexts.append(context)
        page = context.new_page()
        page.asked_for = []

        def answer(route):
            page.asked_for.append(route.request.url)
            route.fulfill(body=LOGO, content_type="image/png")

        page.route("**/*", answer)
        bar, block = BRANDS[brands]
        parts = email_parts(parse(body), {}, unsubscribe_url="https://notify.example/u/1")
        html = email_document(SUBJECT, parts.html_fragment, parts.preheader, bar=bar, block=block)
        page.set_content(html, wait_until="load")
        return page

    yield open_email
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("brands", BRANDS)
def test_every_word_can_be_read(show, brands, scheme, width):
    page = show(brands, scheme=scheme, width=width)

    contrasts = page.evaluate(CONTRASTS)

    assert len(contrasts) > 10
    assert [text for text, contrast in contrasts if contrast < 4.5] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", SCHEMES)
def test_people_get_the_colours_that_they_prefer(show, scheme):
    background = show(scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")

    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(25, 29, 38)"}[scheme]


@pytest.mark.parametrize("brands", BRANDS)
def test_nothing_is_loaded_but_the_logo(show, brands):
    page = show(brands)

    has_logo = any(brand and brand.logo_url for brand in BRANDS[brands])
    assert page.asked_for == ([LOGO_URL] if has_logo else [])


@pytest.mark.parametrize(("brands", "height"), [("both", 27), ("logo alone", 54)])
def test_a_logo_has_its_height_and_keeps_its_shape(show, brands, height):
    box = show(brands).locator("img").bounding_box()

    assert (box["width"], box["height"]) == (height, height)


def test_the_text_is_no_wider_than_580_pixels(show):
    box = show(width=1200).locator("td.text").last.bounding_box()

    assert (box["x"], box["width"]) == (310, 580)


def test_long_words_and_addresses_wrap_on_the_smallest_phone(show):
    page = show(width=320, body=LONG)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert all(
        box["x"] + box["width"] <= 320
        for box in (each.bounding_box() for each in page.locator("p, a, li, h2").all())
    )


@pytest.mark.parametrize(
    ("body", "direction"), [("Hello", "ltr"), ("مرحبا Amala", "rtl")], ids=["english", "arabic"]
)
def test_the_text_runs_as_its_language_does(show, body, direction):
    cell = show(body=body).locator("td.text").last

    assert cell.evaluate("cell => getComputedStyle(cell).direction") == direction


def test_programs_that_read_aloud_find_an_email_with_its_headings_and_no_tables(show):
    page = show("logo alone")

    assert page.title() == SUBJECT
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.get_by_role("article", name=SUBJECT).count() == 1
    assert page.get_by_role("img", name="Riverside Library").count() == 1
    assert page.get_by_role("table").count() == 0
    assert page.get_by_role("heading").all_inner_texts() == [
        "Two books are waiting for you",
        "Before you come",
    ]
    assert page.locator("body").aria_snapshot().count("Dear Amala") == 1


def test_a_logo_beside_text_is_not_read_aloud(show):
    page = show("both")

    assert page.locator("img:not([alt])").count() == 0
    assert page.get_by_role("img").count() == 0


@pytest.mark.skipif(not PICTURES, reason="EMAIL_SCREENSHOTS names no folder")
@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_pictures_for_the_documentation(show, scheme, device):
    path = Path(PICTURES) / f"email-{scheme}-{device}.png"

    show("both", scheme=scheme, width=WIDTHS[device]).screenshot(path=path, full_page=True)

    assert path.stat().st_size <= 100 * 1024
