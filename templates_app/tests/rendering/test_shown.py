import pytest

from templates_app.rendering.placeholders import fill, parse
from templates_app.rendering.shown import show
from templates_app.rendering.unfilled import mark_unfilled
from templates_app.tests.rendering.tables import cases
from templates_app.tests.rendering.test_email import bare

HIDDEN = "<span class='placeholder-redacted'>hidden</span>"


def shown(kind, content, subject=None, look="hidden", **values):
    found = show(
        kind, parse(content), None if subject is None else parse(subject), values, look=look
    )
    return found.subject, bare(found.body)


@pytest.mark.parametrize("row", cases("redacted"))
def test_hidden_values(row):
    marked = mark_unfilled(parse(row["content"]), row["values"], "hidden")
    is_html = row["mode"] == "html"
    filled = fill(marked.parsed, row["values"], escape=is_html)

    result = marked.in_html(filled) if is_html else marked.in_plain(filled)

    assert result == row["result"]


def test_a_message_is_shown_without_its_values():
    assert shown("sms", "Code ((code))\n((c??Late))") == (None, f"Code {HIDDEN}<br>{HIDDEN}")
    assert shown("email", "# ((a))\n\n* ((b))", "Re ((a)) & b") == (
        f"Re {HIDDEN} &amp; b",
        f"<h2>{HIDDEN}</h2><ul><li>{HIDDEN}</li></ul>",
    )
    assert shown("letter", "Dear ((name))", "((h))") == (HIDDEN, f"<p>Dear {HIDDEN}</p>")


def test_placeholders_are_highlighted_with_their_optional_text():
    assert shown("sms", "((name)): ((late??You are <late>))", look="highlighted")[1] == (
        "<span class='placeholder'>((name))</span>: "
        "<span class='placeholder'>((late??</span>You are &lt;late&gt;))"
    )


def test_what_has_a_value_is_filled_in():
    assert shown("email", "((a)) ((b))", "((a))", a="<x>") == (
        "&lt;x&gt;",
        f"<p>&lt;x&gt; {HIDDEN}</p>",
    )


@pytest.mark.parametrize("look", ["hidden", "highlighted"])
def test_a_mark_inside_a_link_is_a_word(look):
    word = {"hidden": "[hidden]", "highlighted": "((i&quot;&gt;d))"}[look]

    body = shown("email", '[Go](https://example.org/((i">d)) "((i">d))")', "s", look)[1]

    assert body == f'<p><a href="https://example.org/{word}" title="{word}">Go</a></p>'


def test_names_of_placeholders_are_escaped():
    assert shown("sms", "((<b>))", look="highlighted")[1] == (
        "<span class='placeholder'>((&lt;b&gt;))</span>"
    )


def test_no_value_can_look_like_a_mark():
    assert shown("sms", "((a))", a=HIDDEN)[1] == HIDDEN.replace("<", "&lt;").replace(">", "&gt;")


def test_a_message_for_the_recipient_cannot_be_told_by_the_secret_of_another():
    first, second = (mark_unfilled(parse("((a))"), {}, "hidden").parsed for _ in range(2))

    assert first != second
