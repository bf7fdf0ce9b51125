from html.parser import HTMLParser

import pytest

from templates_app.rendering.email_document import Branding, email_document


class Outline(HTMLParser):
    VOID = frozenset({"meta", "img", "br", "hr"})

    def __init__(self):
        super().__init__()
        self.open = []
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def outline(html):
    parser = Outline()
    parser.feed(html)
    return parser


def test_a_document_is_well_formed_and_loads_nothing():
    document = email_document("Subject", "<p>Hello</p>", "Hello", Branding("Pigeons"))

    parser = outline(document)

    assert parser.open == []
    assert not {"script", "link", "style", "img", "iframe"} & set(parser.tags)
    assert document.startswith("<!DOCTYPE html>\n<html lang=")
    assert '<meta name="color-scheme"' in document


def test_everything_but_the_fragment_is_escaped():
    document = email_document(
        "It’s <b> & {x}", "<p>{y}</p>", "<i>pre", Branding("<script>", "red;x:y", '"><img>')
    )

    assert "<title>It’s &lt;b&gt; &amp; {x}</title>" in document
    assert "&lt;i&gt;pre…" in document
    assert "&lt;script&gt;" in document
    assert "red;x:y" not in document
    assert outline(document).tags.count("img") == 1


@pytest.mark.parametrize(
    ("branding", "wanted"),
    [
        (Branding("Pigeons", "#ff0000"), "border-bottom:5px solid #ff0000"),
        (Branding("Pigeons", None), "border-bottom:5px solid #0b0c0c"),
        (
            Branding("Pigeons", None, "https://img.example/a.png"),
            'src="https://img.example/a.png" alt=""',
        ),
    ],
)
def test_the_banner_shows_the_branding(branding, wanted):
    assert wanted in email_document("S", "<p>x</p>", "x", branding)


def test_there_is_no_banner_and_no_preheader_without_them():
    document = email_document("S", "<p>x</p>", "")

    assert "border-bottom" not in document
    assert "display:none" not in document
