import re
import time

import pytest

from templates_app.rendering.email import (
    email_html_fragment,
    email_parts,
    email_subject,
)
from templates_app.rendering.placeholders import parse
from templates_app.rendering.values import escape_html
from templates_app.tests.rendering.tables import cases, expected

ALL = cases("email", "email_with_values", "email_quirks", "typography")


def bare(html):
    """Take out what the tables do not show: styles and the boxes around lists and insets."""
    html = re.sub(r' style="[^"]*"', "", html)
    return re.sub(r'</?div>|<table role="presentation"><tr><td>|</td></tr></table>', "", html)


def html_of(content, **values):
    return bare(email_html_fragment(parse(content), values))


@pytest.mark.parametrize("row", ALL)
def test_an_email_is_rendered_as_html_and_as_plain_text(row):
    parts = email_parts(
        parse(row["content"]), row["values"], unsubscribe_url=row.get("unsubscribe_url")
    )

    assert bare(parts.html_fragment) == expected(row, "html")
    assert parts.plain_text == expected(row, "plain") + "\n"


@pytest.mark.parametrize("row", cases("subject"))
def test_a_subject_is_one_line_for_the_header_and_escaped_for_html(row):
    subject = email_subject(parse(row["subject"]), row["values"])

    assert subject == row["header"]
    assert escape_html(subject) == row["html"]


@pytest.mark.parametrize("row", cases("preheader"))
def test_the_preheader_is_the_words_of_the_body(row):
    assert email_parts(parse(row["content"]), {}).preheader == row["preheader"]


def test_the_preheader_is_cut_and_leaves_out_the_unsubscribe_link():
    parts = email_parts(parse("word " * 100), {}, unsubscribe_url="https://example.org/u")
    long = email_parts(parse("word\n\n" * 1000), {})
    short = email_parts(parse("Hello"), {}, unsubscribe_url="https://example.org/u")

    assert len(parts.preheader) == 256
    assert long.preheader == parts.preheader
    assert short.preheader == "Hello"


def test_the_parts_are_the_same_as_those_rendered_alone():
    content, values = "# Hi ((n))\n\n* a\n\n[x](y)", {"n": "Jo"}

    parts = email_parts(parse(content), values)

    assert parts.html_fragment == email_html_fragment(parse(content), values)


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("1.5 million", "<p>1.5 million</p>"),
        ("A\nB\n---", "<p>A</p><h3>B</h3>"),
        ("* a\n---\n* b", "<ul><li>a</li></ul><hr><ul><li>b</li></ul>"),
        ("^ a\n\n^ b\nc\n\nd", "<blockquote><p>a</p><p>b<br>c</p></blockquote><p>d</p>"),
        (
            "* a\n * b\n  * c\n* d",
            "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>",
        ),
        ("#", "<p>#</p>"),
        ("* \n* b", "<ul><li></li><li>b</li></ul>"),
        ("^ a\n^\n^ # b", "<blockquote><p>a</p><h2>b</h2></blockquote>"),
        ("Hi \n\n\n# T #\ntext", "<p>Hi </p><h2>T</h2><p>text</p>"),
        ("[a [b]](https://x.example/(y))", '<p><a href="https://x.example/(y)">a [b]</a></p>'),
        ('"[a](b)"', '<p>“<a href="http://b">a</a>”</p>'),
        ("# ![pic](p.png)\n\nText", "<p>Text</p>"),
        ("#gov.uk and #GOV.UK?x", "<h2>gov.uk and #GOV.UK?x</h2>"),
    ],
)
def test_the_dialect_at_its_edges(content, html):
    assert html_of(content).replace("%28", "(").replace("%29", ")").replace("\u200b", "") == html


def test_names_that_look_like_hosts_can_be_chosen():
    html = email_html_fragment(
        parse("Example.org, example.org/x"), {}, unlinked_names=("example.org",)
    )

    assert "Example.\u200borg, example.org/x" in html


@pytest.mark.parametrize(
    "value",
    [
        "a\r\nBcc: x@example.org",
        "a\nb",
        "a\x0bb",
        "a\u2028b",
        "a\x85b",
        "a\x1cb",
        "a\x00b",
        "a\x9bb",
        "a\u202eb",
        "a\u2066b",
    ],
)
def test_a_subject_has_no_line_breaks_or_controls(value):
    subject = email_subject(parse("Re: ((v))"), {"v": value})

    assert subject.splitlines() == [subject]
    assert subject.isprintable()


def test_a_subject_keeps_the_marks_that_languages_need():
    subject = "\u200f\u05e9\u05dc\u200e 1"

    assert email_subject(parse(subject), {}) == subject


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a\x1b[31mb", "a[31mb"),
        ("a\x00\x07\x7f\x9bb", "ab"),
        ("a&#129;&#12;b", "ab"),
        ("a\x0bb\x0cc\x85d", "a\nb\nc\nd"),
        ("\u202ea\u2066b", "\u202ea\u2066b"),
    ],
    ids=["escape sequence", "controls", "references", "old line breaks", "directions"],
)
def test_a_body_has_no_controls(source, shown):
    assert email_parts(parse("((v))"), {"v": source}).plain_text == f"{shown}\n"
    assert html_of("((v))", v=source) == f"<p>{shown}</p>".replace("\n", "<br>")


def test_deep_nesting_ends_as_text():
    content = "\n".join(f"{' ' * depth}* level {depth}" for depth in range(300))

    html = html_of(content)

    assert html.count("<ul>") == html.count("</ul>") == 10
    assert "level 299" in html


@pytest.mark.parametrize(
    "unit", ["word ", " ", "\n", "\u202e", "\u200b", '"a" ', " - ", " ,", "a@"]
)
def test_an_enormous_value_is_rendered_quickly(unit):
    values = {"v": unit * (1_000_000 // len(unit))}
    start = time.process_time()

    html = email_html_fragment(parse("a ((v)) b"), values)
    assert html.endswith("b</p>")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "unit", ["[", "![", "[x](", "^", "* ", "#", "<", "&", "\\", "[a](b(", '[a](b "']
)
def test_hostile_markdown_is_rendered_quickly(unit):
    values = {"v": unit * (100_000 // len(unit))}
    start = time.process_time()

    text = email_parts(parse("((v))"), values).plain_text
    assert text.endswith("\n")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        ("a -\nb", "a – b"),
        ("see https://example.org/it's/x 'now'", "see https://example.org/it's/x \u2018now’"),
        ("[it's](https://example.org/it's)", "it’s: https://example.org/it's"),
    ],
    ids=["dash at the end of a line", "apostrophe in an address", "apostrophe in a link"],
)
def test_plain_text_is_set_as_a_whole(content, plain):
    assert email_parts(parse(content), {}).plain_text == f"{plain}\n"
