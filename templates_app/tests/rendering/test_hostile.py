"""Hostile values stay text, wherever a message shows them."""

import re
import time
from urllib.parse import unquote, urlsplit

import pytest

from templates_app.rendering.email import email_html_fragment, email_parts, email_subject
from templates_app.rendering.email_document import email_document
from templates_app.rendering.letter import letter_body, letter_subject, overlong_qr_code
from templates_app.rendering.placeholders import names, parse
from templates_app.rendering.sanitise import sanitise
from templates_app.rendering.sms import ALLOWED_CHARACTERS, sms_text
from templates_app.rendering.values import decode_references
from templates_app.tests.rendering import html_tree
from templates_app.tests.rendering.hostile import HOSTILE

rows = pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in HOSTILE.items()])
is_one_line = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*").fullmatch


def hosts(links):
    """Return where links lead; browsers refuse a host with a space, which a quote makes."""
    found = {unquote(urlsplit(target).netloc) for target, _ in links}
    return {host for host in found if " " not in host}


def parts_of(value):
    return email_parts(parse("((v))"), {"v": value, "secret": "S3CRET"})


@rows
def test_an_email_shows_a_value_as_text(row):
    tree = html_tree.fragment(parts_of(row.value).html_fragment)

    html_tree.require_inert(tree)
    assert html_tree.text(tree).strip("\n") == row.shown
    assert tuple(html_tree.links(tree)) == row.links


@rows
@pytest.mark.parametrize(
    "content",
    [
        "[go](https://a.example/((v)))",
        '[go](https://a.example "((v))")',
        "[((v))](https://a.example)",
    ],
    ids=["target", "title", "text"],
)
def test_a_value_within_a_link_leads_nowhere_else_unless_it_is_a_link(row, content):
    tree = html_tree.fragment(email_html_fragment(parse(content), {"v": row.value}))

    html_tree.require_inert(tree)
    assert hosts(html_tree.links(tree)) <= {"a.example"} | hosts(row.links)


@rows
def test_a_value_cannot_leave_its_place_in_the_document(row):
    subject, parts = email_subject(parse("((v))"), {"v": row.value}), parts_of(row.value)
    usual = html_tree.document(email_document("Subject", "<p>Hello</p>", "Hello"))

    tree = html_tree.document(email_document(subject, "<p>Hello</p>", parts.preheader))

    assert html_tree.outline(tree) == html_tree.outline(usual)
    assert tree.findtext("head/title") == decode_references(subject)


@rows
def test_a_subject_is_one_line(row):
    subject = email_subject(parse("Re: ((v))"), {"v": row.value})
    heading = html_tree.fragment(letter_subject(parse("((v))"), {"v": row.value}))

    assert is_one_line(subject)
    assert html_tree.tags(heading) == []


@rows
def test_a_text_message_has_only_what_phones_know(row):
    message = sms_text(parse("((v))"), {"v": row.value}, row.value)

    assert set(message.text) <= ALLOWED_CHARACTERS


@rows
@pytest.mark.parametrize("content", ["((v))", "* ((v))", "^ ((v))", "# ((v))", "Hi ((v))"])
def test_a_sanitised_value_has_neither_links_nor_structure(row, content):
    usual, tree = (
        html_tree.fragment(email_html_fragment(parse(content), {"v": value}))
        for value in ("word", sanitise(row.value))
    )

    html_tree.require_inert(tree)
    assert set(html_tree.tags(tree)) <= {*html_tree.tags(usual), "p", "br"}


@pytest.mark.parametrize("name", ["<b>x</b>", '"', "a\nb", "\u202ex", "\x00", "\ud800", "%s {0}"])
def test_the_name_of_a_placeholder_is_text_too(name):
    content = f"(({name}))"

    tree = html_tree.fragment(email_parts(parse(content), {}).html_fragment)

    assert names(parse(content)) == (name,)
    html_tree.require_inert(tree)
    assert html_tree.links(tree) == []


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("[" * 10_000 + "]" * 10_000, id="brackets"),
        pytest.param("[x](" * 10_000 + ")" * 10_000, id="links"),
        pytest.param("^" * 10_000 + "x", id="insets in a line"),
        pytest.param("\n".join("^ " * depth for depth in range(300)), id="deeper insets"),
        pytest.param("* " * 10_000 + "x", id="lists in a line"),
        pytest.param("\n".join(" " * depth + "1. x" for depth in range(600)), id="deeper lists"),
        pytest.param("^ * 1. " * 3000 + "x", id="insets and lists"),
        pytest.param("((" * 100_000, id="openings of placeholders"),
        pytest.param("((a" * 50_000 + "))" * 50_000, id="placeholders in placeholders"),
        pytest.param("((a??" * 50_000, id="openings of conditions"),
        pytest.param("&amp;" * 100_000, id="references"),
        pytest.param("&" + "a" * 500_000, id="a long reference"),
        pytest.param("\\" * 100_000, id="backslashes"),
        pytest.param("QR:" * 100_000, id="QR codes"),
        pytest.param("\x00\u202e\ud800\x85" * 25_000, id="what nobody sees"),
        pytest.param("x" * 1_000_000, id="one long word"),
    ],
)
def test_enormous_texts_are_rendered_quickly_as_template_and_as_value(source):
    start = time.process_time()

    for content, values in ((source, {}), ("((v))", {"v": source}), ("((v))", {"v": [source]})):
        parsed = parse(content)
        email_subject(parsed, values)
        email_parts(parsed, values)
        letter_body(parsed, values)
        overlong_qr_code(parsed, values)
        sms_text(parsed, values)
    assert isinstance(sanitise(source), str)
    assert time.process_time() - start < 10
