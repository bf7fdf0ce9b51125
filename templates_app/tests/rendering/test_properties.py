"""What holds of every email and letter, whatever the template and the values."""

import re
from urllib.parse import unquote

from hypothesis import event, example, given

from templates_app.rendering.email import (
    email_body,
    email_html_fragment,
    email_parts,
    email_subject,
)
from templates_app.rendering.email_document import email_document
from templates_app.rendering.letter import letter_body, letter_subject, overlong_qr_code
from templates_app.rendering.placeholders import fill, key_of, parse
from templates_app.rendering.sms import sms_body, sms_text
from templates_app.tests.rendering import html_tree
from templates_app.tests.rendering.strategies import checked, texts, values

UNSUBSCRIBE = "https://notify.test/unsubscribe/1"
BIDI_CONTROLS = "\u202a-\u202e\u2066-\u2069"
is_text = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*").fullmatch
is_header = re.compile(rf"[^\x00-\x1f\x7f-\x9f\u2028\u2029{BIDI_CONTROLS}]*").fullmatch


def outputs(content, given):
    """Render a text as everything that it can become."""
    parsed = parse(content)
    return (
        email_body(parsed, given),
        email_subject(parsed, given),
        email_html_fragment(parsed, given),
        email_parts(parsed, given, unsubscribe_url=UNSUBSCRIBE),
        letter_body(parsed, given),
        letter_subject(parsed, given),
        overlong_qr_code(parsed, given),
        sms_body(parsed, given),
        sms_text(parsed, given, "Pigeons"),
    )


@checked
@given(texts(), values())
def test_values_that_a_template_does_not_use_change_nothing(content, given_values):
    keys = {key_of(name) for name in ("a", "B b", "C")}
    content = re.sub(r"\(\((?!a\)|B b\)|c\?)", "", content)
    used = {name: value for name, value in given_values.items() if key_of(name) in keys}

    assert outputs(content, given_values) == outputs(content, used)


@checked
@given(texts(), values())
def test_the_html_of_an_email_is_inert(content, given_values):
    tree = html_tree.fragment(email_html_fragment(parse(content), given_values))

    for tag in set(html_tree.tags(tree)):
        event(tag)
    html_tree.require_inert(tree)
    assert is_text(html_tree.text(tree))


@checked
@given(texts(), texts(), values())
def test_the_document_around_an_email_is_always_the_same(subject, content, given_values):
    heading = email_subject(parse(subject), given_values)
    parts = email_parts(parse(content), given_values, unsubscribe_url=UNSUBSCRIBE)
    preheader = parts.preheader or "Hello"
    usual = html_tree.document(email_document("Subject", "", "Hello"))

    around = html_tree.document(email_document(heading, "", preheader))
    whole = html_tree.document(email_document(heading, parts.html_fragment, preheader))

    assert html_tree.outline(around) == html_tree.outline(usual)
    assert html_tree.links(whole)[-1] == (UNSUBSCRIBE, "Unsubscribe from these emails")


@checked
@given(texts(), values())
def test_a_subject_is_one_line_that_says_nothing_to_machines(content, given_values):
    subject = email_subject(parse(content), given_values)

    assert is_header(subject)
    assert subject == " ".join(subject.split())


@checked
@given(texts(), values())
def test_plain_text_has_no_controls_and_ends_with_one_line_break(content, given_values):
    plain = email_parts(parse(content), given_values).plain_text

    assert is_text(plain.replace("\r", ""))
    assert plain == f"{plain.strip()}\n"


@checked
@given(texts(), values())
@example("[https://a.example](https://a.example)", {})
@example("https://a.example", {})
def test_plain_text_and_html_say_the_same(content, given_values):
    parsed = parse(content.replace("%", ""))
    tree = html_tree.fragment(email_html_fragment(parsed, given_values))

    said = word_characters(email_parts(parsed, given_values).plain_text)

    assert re.fullmatch("".join(words(tree, of_target)), said)


def word_characters(text):
    return "".join(re.findall(r"[^\W_]", text))


def words(element, of_link=lambda link: ""):
    """Return what an element of HTML says, with the numbers of lists, piece by piece."""
    yield word_characters(element.text or "")
    for number, child in enumerate(element, 1):
        if (element.tag, child.tag) == ("ol", "li"):
            yield str(number)
        yield from words(child, of_link)
        if child.tag == "a":
            yield of_link(child)
        yield word_characters(child.tail or "")


def of_target(link):
    """Return a pattern for a target in plain text; an address that stands alone is not repeated."""
    target = unquote(link.attrib["href"], errors="replace")
    title = word_characters(link.attrib.get("title", ""))
    scheme, rest = ("http", target[7:]) if target.startswith("http://") else ("", target)
    pattern = f"{title}(?:{scheme})?{word_characters(rest)}"
    stands_alone = word_characters(link.text or "") == word_characters(target)
    return f"(?:{pattern})?" if stands_alone else pattern


@checked
@given(texts(), values())
def test_the_preheader_is_the_start_of_what_the_html_says(content, given_values):
    parts = email_parts(parse(content), given_values)
    tree = html_tree.fragment(parts.html_fragment)

    assert len(parts.preheader) <= 256
    assert is_text(parts.preheader)
    assert parts.preheader == " ".join(parts.preheader.split())
    assert "".join(words(tree)).startswith(word_characters(parts.preheader))


@checked
@given(values(), texts())
def test_a_value_is_put_in_place_once_and_not_read_again(given_values, value):
    filled = fill(parse("<((a))>"), {**given_values, "A": value})

    assert filled == f"<{value}>"


@checked
@given(texts(), values())
def test_a_letter_shows_the_heading_of_an_email_escaped(content, given_values):
    parsed = parse(content)
    heading = html_tree.fragment(letter_subject(parsed, given_values))

    assert html_tree.tags(heading) == []
    assert letter_body(parsed, given_values) == email_body(parsed, given_values)
