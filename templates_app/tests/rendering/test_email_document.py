from html.parser import HTMLParser

import pytest

from templates_app.rendering.email_document import Brand, email_document

LOGO = "https://assets.example/a.png"
EVIL = '"><img src=x>\r\n<script>{x}'


class Outline(HTMLParser):
    VOID = frozenset({"meta", "img", "br", "hr"})

    def __init__(self):
        super().__init__()
        self.open = []
        self.tags = []
        self.images = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def outline(html):
    parser = Outline()
    parser.feed(html)
    return parser


def document(*, bar=None, block=None, preheader="Hello"):
    return email_document("Subject", "<p>Hello</p>", preheader, bar=bar, block=block)


def test_a_document_is_well_formed_and_loads_nothing():
    html = document(bar=Brand("Pigeons"), block=Brand("Doves"))

    parser = outline(html)

    assert parser.open == []
    assert not {"script", "link", "img", "iframe"} & set(parser.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert html.startswith("<!DOCTYPE html>\n<html lang=")
    assert '<meta name="color-scheme"' in html


def test_everything_but_the_fragment_is_escaped():
    brand = Brand(EVIL, EVIL, "red;x:y", EVIL)
    html = email_document("It’s <b> & {x}", "<p>{y}</p>", "<i>pre", bar=brand, block=brand)

    assert "<title>It’s &lt;b&gt; &amp; {x}</title>" in html
    assert "<p>{y}</p>" in html
    assert "&lt;i&gt;pre…" in html
    assert "red;x:y" not in html
    assert outline(html).tags.count("img") == 2
    assert "script" not in outline(html).tags


def test_a_subject_with_quotes_stays_one_attribute():
    html = email_document('Say "hello" onclick="x"', "", "")

    assert 'aria-label="Say &quot;hello&quot; onclick=&quot;x&quot;"' in html


@pytest.mark.parametrize(
    ("colour", "background", "text"),
    [
        ("#ff0000", "#ff0000", "#000000"),
        ("#1d70b8", "#1d70b8", "#ffffff"),
        (None, "#0b0c0c", "#ffffff"),
        ("red", "#0b0c0c", "#ffffff"),
    ],
    ids=["light", "dark", "without", "not a colour"],
)
def test_a_bar_has_its_colour_and_text_that_can_be_read(colour, background, text):
    html = document(bar=Brand("Pigeons", colour=colour))

    assert f'bgcolor="{background}"' in html
    assert f"background-color:{background};color:{text}" in html


def test_a_block_has_a_rule_in_its_colour():
    assert "border-left:2px solid #ff0000" in document(
        block=Brand("Doves", colour="#ff0000", logo_url=LOGO)
    )
    assert "border-left" not in document(block=Brand("Doves", logo_url=LOGO))
    assert "border-left" not in document(block=Brand("Doves", colour="x", logo_url=LOGO))


@pytest.mark.parametrize("place", ["bar", "block"])
@pytest.mark.parametrize(
    ("brand", "wanted"),
    [
        (
            Brand("Doves", logo_url=LOGO),
            {"src": LOGO, "alt": "", "aria-hidden": "true", "height": "27"},
        ),
        (Brand(None, "Doves' wings", logo_url=LOGO), {"alt": "Doves' wings", "height": "54"}),
    ],
    ids=["beside text", "alone"],
)
def test_a_logo_is_decoration_beside_text_and_speaks_alone(place, brand, wanted):
    [image] = outline(document(**{place: brand})).images

    assert wanted.items() <= image.items()
    assert ("aria-hidden" in image) == ("aria-hidden" in wanted)


def test_a_block_without_a_logo_is_not_shown_and_a_bar_is():
    assert "Doves" not in document(block=Brand("Doves", colour="#112233"))
    assert "Doves" in document(bar=Brand("Doves"))


def test_there_is_no_bar_and_no_preheader_without_them():
    html = document(preheader="")

    assert "bgcolor" not in html
    assert "display:none" not in html


@pytest.mark.parametrize(("length", "blanks"), [(1, 140), (140, 10), (141, 0), (256, 0)], ids=str)
def test_blanks_keep_the_body_out_of_a_short_preview(length, blanks):
    assert document(preheader="x" * length).count("&nbsp;") == blanks


def test_the_document_adds_little_to_what_a_mail_program_shows_at_once():
    brand = Brand("Riverside Library", colour="#112233", logo_url=LOGO)
    html = document(bar=brand, block=brand, preheader="Hi")

    # Gmail cuts an email off after 102 KB.
    assert len(html.encode()) < 9000
    # Longer lines would have to be encoded for transport. Source: RFC 5322, 2.1.1.
    assert max(map(len, html.splitlines())) <= 998
