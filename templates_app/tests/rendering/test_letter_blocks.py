import re

import html5lib
import pytest
import segno

from templates_app.rendering.letter import letter_html
from templates_app.rendering.letter_qr_codes import draw
from templates_app.rendering.placeholders import parse
from templates_app.tests.rendering.tables import cases


def html_of(content, **values):
    return letter_html(parse(content), values)


@pytest.mark.parametrize("row", cases("letter_html"))
def test_a_letter_is_rendered_as_html(row):
    assert html_of(row["content"]) == row["html"]


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("^ # Title\n^ two", "<h2>Title</h2>\n<p>two</p>"),
        ("* a\n  * b", "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
        ("see https://a-b.example/c-d.", "<p>see <strong>a\u2011b.example/c\u2011d</strong>.</p>"),
        ('[a-b](http://x-y "t")', "<p>[a\u2011b](http://x\u2011y “t”)</p>"),
        ("![pic](https://example.org/p.png)", ""),
        ("tab\there", "<p>tab here</p>"),
        ("A &amp; B &lt;i&gt;", "<p>A &amp; B &lt;i&gt;</p>"),
        (
            "it's 'x' https://example.org 'y'",
            "<p>it’s \u2018x’ <strong>example.org</strong> \u2018y’</p>",
        ),
        ("a\x00\x07b", "<p>ab</p>"),
        ("2019 - 2020", "<p>2019 – 2020</p>"),
    ],
    ids=[
        "inset text",
        "nested list",
        "bare address in a sentence",
        "link as it was typed",
        "picture",
        "tab",
        "references",
        "quotes around an address",
        "controls",
        "dash",
    ],
)
def test_what_differs_from_emails(content, html):
    assert html_of(content) == html


def test_values_are_escaped_and_become_bullets():
    html = html_of("Dear ((name)), bring ((what))", name="<script>x</script>", what=["a", "<b>"])

    assert html == (
        "<p>Dear &lt;script&gt;x&lt;/script&gt;, bring </p>"
        "<ul>\n<li>a</li>\n<li>&lt;b&gt;</li>\n</ul>\n"
    )


def modules_of(html):
    """Read a drawn code back: a set of the dark places."""
    [path] = re.findall(' d="([^"]*)"', html)
    dark, x, y = set(), 0, 0.0
    for command, first, second in re.findall(r"([MmhH])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        if command == "M":
            x, y = int(first), float(second)
        elif command == "m":
            x, y = x + int(first), y + float(second)
        else:
            dark |= {(x + step, y) for step in range(int(first))}
            x += int(first)
    return {(column, int(row - 0.5)) for column, row in dark}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("QR: https://example.org/((id))", "https://example.org/a-b?x=1&y=2"),
        ("## qr : é", "é"),
        ("^ QR: one\n^ two", "one\ntwo"),
        ("QR:" + "x" * 504, "x" * 504),
    ],
    ids=["address with a value", "heading", "inset text", "as much as fits"],
)
def test_a_paragraph_becomes_a_qr_code_of_its_text(content, text):
    html = html_of(content, id="a-b?x=1&amp;y=2")

    code = segno.make_qr(text.encode(), error="m", boost_error=False)
    size = len(code.matrix)
    expected = {(x, y) for y in range(size) for x in range(size) if code.matrix[y][x]}
    assert modules_of(html) == expected
    assert "84pt" in html
    assert "<p>" not in html


@pytest.mark.parametrize("content", ["QR:", "* QR: a", "# QR: a", "say QR: a"])
def test_all_else_is_text(content):
    assert "<svg" not in html_of(content)


@pytest.mark.parametrize(
    "content",
    ["# a\n\n* b\n  1. c\n\n---\n\nQR: d\n\n^ e\n\nhttps://f", "QR: \ud800", "<svg onload=x>"],
    ids=["everything", "half a character", "hostile"],
)
def test_the_html_parses(content):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)

    tree = parser.parseFragment(html_of(content))

    assert {element.tag.rpartition("}")[2] for element in tree.iter()} <= {
        *("DOCUMENT_FRAGMENT", "p", "h2", "ul", "ol", "li", "br", "strong", "div", "svg", "path")
    }


def test_a_drawing_refers_to_nothing_outside():
    assert not re.search("href|src|url|http", draw("https://example.org"))
