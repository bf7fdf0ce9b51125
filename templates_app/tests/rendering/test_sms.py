import time

import gsm0338  # type: ignore[import-untyped]  # the package has no types
import pytest

from templates_app.rendering import sms
from templates_app.rendering.placeholders import parse
from templates_app.rendering.sms import (
    MAX_CHARACTERS,
    character_count,
    sms_body,
    sms_text,
    template_character_count,
)
from templates_app.tests.rendering.tables import cases

ALL = cases("sms")


@pytest.mark.parametrize("row", ALL)
def test_a_text_message_is_tidied_replaced_and_counted(row):
    message = sms_text(parse(row["content"]), row["values"], row["prefix"])

    assert message.text == row["text"]
    assert len(message.text) == row["characters"]
    assert message.encoding == row["encoding"]
    assert message.fragments == row["fragments"]


@pytest.mark.parametrize("row", ALL)
def test_the_limit_is_measured_without_the_name_of_the_service(row):
    length = character_count(sms_body(parse(row["content"]), row["values"]))

    assert length == row["without_prefix"]
    assert (length == 0) == (row["note"] == "empty")
    assert (length > MAX_CHARACTERS) == (row["note"] == "too long")


def test_the_alphabets_are_those_of_the_standard():
    codec = gsm0338.Codec()

    assert len(sms.BASIC_CHARACTERS) == 128
    assert all(
        len(codec.encode(character)[0]) == 1 for character in sms.BASIC_CHARACTERS - {"\x1b"}
    )
    assert all(len(codec.encode(character)[0]) == 2 for character in sms.EXTENSION_CHARACTERS)


@pytest.mark.parametrize("character", sorted(sms.ALLOWED_CHARACTERS - set("\r\n ")))
def test_an_allowed_character_is_left_alone(character):
    assert sms_body(parse(f"a{character}b"), {}) == f"a{character}b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("e\u0301", "e?"),
        ("\u212b", "Å"),
        ("\u1ea5", "â"),
        ("👨\u200d👩", "??"),
        ("\U0001d15e", "?"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("\u202eevil", "?evil"),
        ("\x00", "?"),
    ],
)
def test_other_characters_are_replaced_one_by_one(text, shown):
    assert sms_body(parse(text), {}) == shown


def test_the_encoding_is_judged_before_characters_are_replaced():
    assert sms_text(parse("\u1ea5"), {}).encoding == "GSM-7"


def test_a_template_is_counted_with_its_placeholders_empty():
    assert template_character_count(parse("Hi ((name)) , ((a??long text))!")) == len("Hi, !")


@pytest.mark.parametrize("unit", ["x", " ", "\n", "\t.", "  ,", "ŵ", "😀", "\u200b", "a\r", "|"])
def test_enormous_values_are_written_quickly(unit):
    values = {"v": unit * (1_000_000 // len(unit))}
    start = time.process_time()

    message = sms_text(parse("a ((v)) b"), values, "Pigeons")
    assert message.text.startswith("Pigeons: a")
    assert time.process_time() - start < 5
