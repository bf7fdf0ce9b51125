import time

import pytest

from templates_app.rendering.letter import (
    letter_subject,
    overlong_qr_code,
)
from templates_app.rendering.letter_qr_codes import qr_code_text
from templates_app.rendering.placeholders import parse

LONG = "https://example.org/" + "x" * 485


def overlong(content, **values):
    return overlong_qr_code(parse(content), values)


@pytest.mark.parametrize(
    ("subject", "values", "shown"),
    [
        ("Hello ((n))", {"n": "Jo"}, "Hello Jo"),
        ("It's ((n))", {"n": "<b>"}, "It’s &lt;b&gt;"),
        ("A & ((n))", {"n": "B"}, "A &amp; B"),
        ("a - b , c", {}, "a – b, c"),
        ("&pound;5 &amp; ((n))", {"n": '"x"'}, "£5 &amp; “x”"),
        ("((items))", {"items": ["a", "b"]}, "a and b"),
        (" Two\nlines ", {}, "Two lines"),
    ],
)
def test_the_heading_is_one_line_escaped_for_html(subject, values, shown):
    assert letter_subject(parse(subject), values) == shown


@pytest.mark.parametrize(
    ("paragraph", "text"),
    [
        ("QR: https://example.org/a_b", "https://example.org/a_b"),
        (" qR : a b ", "a b"),
        ("QR:a", "a"),
        ("QR: one\ntwo", "one\ntwo"),
        ("QR: https://example.org/?a=1&amp;b=2&lt;", "https://example.org/?a=1&b=2<"),
        ("QR: [x](https://example.org)", "[x](https://example.org)"),
        ("QR:", None),
        ("QR: ", None),
        ("QR code: a", None),
        ("the QR: a", None),
        ("Q R: a", None),
    ],
)
def test_a_paragraph_that_says_so_is_a_qr_code(paragraph, text):
    assert qr_code_text(paragraph) == text


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("QR: ((url))", {"url": LONG}),
        ("Hello\n\nqr: ((url))\n\nBye", {"url": LONG}),
        ("((url))", {"url": f"QR: {LONG}"}),
        ("QR: short\n\nQR: ((url))", {"url": LONG}),
        ("^ QR: ((url))", {"url": LONG}),
        ("## QR: ((url))", {"url": LONG}),
    ],
)
def test_a_qr_code_of_too_much_text_is_found(content, values):
    assert len(LONG) == 505
    assert overlong(content, **values) == LONG


@pytest.mark.parametrize(
    "content",
    [
        "QR: ((url))",
        "QR: &amp;((url))",
        "Code: x((url))",
        "Words first\nQR: xx((url))",
        "* QR: xx((url))",
        "# QR: xx((url))",
    ],
)
def test_what_fits_or_is_no_qr_code_is_not_overlong(content):
    assert overlong(content, url=LONG[:-2]) is None


def test_bytes_are_counted_and_not_characters():
    assert overlong("QR: ((x))", x="é" * 252) is None
    assert overlong("QR: ((x))", x="é" * 252 + "a") == "é" * 252 + "a"


def test_half_a_character_is_counted_and_does_not_fail():
    assert overlong("QR: ((x))", x="\ud800") is None
    assert overlong("QR: ((x))", x="\ud800" * 169) == "\ud800" * 169


def test_what_is_drawn_is_what_is_measured():
    assert overlong("QR: ((x))", x="a\t" * 250) is not None
    assert overlong("QR: ((x))", x="x\u2028" * 500) is None


def test_the_first_qr_code_that_is_too_long_is_named():
    assert overlong("QR: a((x))\n\nQR: b((x))", x=LONG) == f"a{LONG}"


def test_a_placeholder_without_a_value_is_encoded_as_it_stands():
    assert overlong("QR: ((url))") is None


@pytest.mark.parametrize("text", ["qr:" * 300_000, "QR:" + " " * 1_000_000, "qr" + " " * 1_000_000])
def test_enormous_paragraphs_are_read_quickly(text):
    start = time.process_time()

    overlong("((text))", text=text)

    assert time.process_time() - start < 5
