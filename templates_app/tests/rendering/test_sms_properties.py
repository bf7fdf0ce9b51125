"""What holds of every text message, whatever the template and the values."""

import re

import gsm0338  # type: ignore[import-untyped]  # the package has no types
from hypothesis import event, given
from hypothesis import strategies as st

from templates_app.rendering.placeholders import names, parse
from templates_app.rendering.sms import (
    ALLOWED_CHARACTERS,
    BASIC_CHARACTERS,
    EXTENSION_CHARACTERS,
    WELSH_CHARACTERS,
    character_count,
    sms_body,
    sms_text,
    template_character_count,
)
from templates_app.tests.rendering.strategies import checked, texts, values

CODEC = gsm0338.Codec()
GSM = "".join(sorted((BASIC_CHARACTERS | EXTENSION_CHARACTERS) - set("\x1b\r\n ")))
WELSH = "".join(sorted(WELSH_CHARACTERS))


def long_texts():
    """Return texts around the lengths where a message needs one part more."""
    return st.builds(
        lambda start, unit, length: start + unit * length,
        st.text(GSM + WELSH, max_size=12),
        st.sampled_from(["x", "€", "ŵ", "é", "[]x"]),
        st.sampled_from([50, 60, 65, 70, 75, 125, 130, 150, 155, 195, 295, 300, 450, 900]),
    )


def parts(length, alone, in_parts):
    """Count the parts of a message the slow way: one after the other is filled."""
    if length <= alone:
        return 1
    count = 0
    while length > 0:
        length -= in_parts
        count += 1
    return count


def require_counted(message):
    """Compare the fragments of a message with those that an independent encoder fills."""
    event(f"{message.encoding}, {min(message.fragments, 3)}")
    if message.encoding == "UCS-2":
        assert set(message.text) & WELSH_CHARACTERS
        units = len(message.text.encode("utf-16-be")) // 2
        assert message.fragments == parts(units, 70, 67)
    else:
        # A letter whose base is Welsh is charged as one place; nothing else is not in GSM.
        encodable = re.sub(f"[{WELSH}\x1b]", "x", message.text)
        septets = len(CODEC.encode(encodable)[0])
        assert message.fragments == parts(septets, 160, 153)


@checked
@given(texts(), values())
def test_fragments_are_what_an_independent_encoder_counts(content, given_values):
    require_counted(sms_text(parse(content), given_values))


@checked
@given(long_texts())
def test_fragments_are_counted_right_where_one_more_begins(content):
    require_counted(sms_text(parse(content), {}))


@checked
@given(texts(), values())
def test_a_message_has_only_characters_that_phones_know_and_is_tidy(content, given_values):
    text = sms_text(parse(content), given_values, "Pigeons ŵ").text

    assert set(text) <= ALLOWED_CHARACTERS - {"\r"}
    assert not re.search(r"  | \n|\n |\n\n\n", text)
    assert text == text.strip()


@checked
@given(texts(), values(), texts(1).filter(str.strip))
def test_the_name_in_front_changes_nothing_behind_it(content, given_values, prefix):
    parsed = parse(content)

    with_name = sms_text(parsed, given_values, prefix).text
    body, name = sms_body(parsed, given_values), sms_body(parse(prefix), {})

    # Around the colon spaces may go, before a comma for example.
    assert "".join(with_name.split()) == "".join(f"{name}:{body}".split())


@checked
@given(texts() | long_texts())
def test_a_template_is_as_long_as_its_message_with_nothing_filled_in(content):
    parsed = parse(content)
    nothing = dict.fromkeys(names(parsed), "")

    assert template_character_count(parsed) == character_count(sms_body(parsed, nothing))
