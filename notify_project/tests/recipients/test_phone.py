import time

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notify_project.recipients import phone
from notify_project.recipients.phone import InvalidPhone, clean_phone, parse_phone, shown_phone
from notify_project.tests.examples import cases

EXAMPLES = cases(__file__, "phone")
VALID = [case for case in EXAMPLES if "error" not in case.values[0]]
REFUSED = [case for case in EXAMPLES if "error" in case.values[0]]


def parse_with(number, permissions):
    return parse_phone(
        number, international="international" in permissions, landlines="landline" in permissions
    )


@pytest.mark.parametrize("row", VALID)
def test_a_good_number_is_normalised_and_priced(row):
    number = parse_with(row["number"], row["permissions"])

    assert number.normalised == row["normalised"]
    assert number.international == row["international"]
    assert number.crown_dependency == row["crown_dependency"]
    assert number.prefix == row["prefix"]
    assert number.rate_multiplier == row["rate_multiplier"]


@pytest.mark.parametrize("row", REFUSED)
def test_a_bad_number_is_refused_with_the_right_code(row):
    with pytest.raises(InvalidPhone) as caught:
        parse_with(row["number"], row["permissions"])

    assert caught.value.code == row["error"]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("abc", "Must not contain letters or symbols"),
        ("", "Not enough digits"),
        (" \u200b ", "Not enough digits"),
        ("999", "Not enough digits"),
        ("07900900123456", "Too many digits"),
        ("07900900abc", "Must not contain letters or symbols"),
        ("07900.900.123", "Must not contain letters or symbols"),
        ("0790090012", "Number is not valid – double check the phone number you entered"),
        ("09012345678", "Number is not valid – double check the phone number you entered"),
        ("+870773111632", "Not a valid country prefix"),
        ("٠٧٧٠٠٩٠٠٢٠٥", "Must not contain letters or symbols"),
        ("()", "Number is not valid – double check the phone number you entered"),
    ],
)
def test_the_error_carries_the_message_of_the_api(number, message):
    with pytest.raises(InvalidPhone) as caught:
        parse_phone(number)

    assert caught.value.message == message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("invalid_number", "Number is not valid – double check the phone number you entered"),
        ("too_long", "Mobile number is too long"),
        ("too_short", "Mobile number is too short"),
        (
            "not_a_uk_mobile",
            "This does not look like a UK mobile number – double check the mobile number you"
            " entered",
        ),
        (
            "unknown_character",
            "Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -",
        ),
        (
            "unsupported_country_code",
            "Country code not found - double check the mobile number you entered",
        ),
    ],
)
def test_the_error_carries_the_message_of_forms(code, message):
    assert InvalidPhone(code).form_message == message


def test_every_code_has_both_messages():
    assert phone.MESSAGES.keys() == phone.FORM_MESSAGES.keys()


def test_one_digit_too_many_makes_a_russian_number():
    number = parse_phone("079009001234")

    assert number.country_code == 7
    assert phone.needs_international_permission(number)


@pytest.mark.parametrize("number", ["07700900000", "07700 900999", "+447700900500"])
def test_numbers_for_drama_are_uk_mobiles(number):
    parsed = parse_phone(number)

    assert (parsed.international, parsed.is_uk_landline, parsed.rate_multiplier) == (
        False,
        False,
        1,
    )


@pytest.mark.parametrize("number", ["077009000", "0770090012", "07700901000"])
def test_numbers_near_those_for_drama_are_not_let_through(number):
    with pytest.raises(InvalidPhone):
        parse_phone(number)


@pytest.mark.parametrize("number", ["07700–900–205", "07700\u2011900205", "\ufeff07700 900205\n"])
def test_dashes_and_white_space_from_word_processors_are_understood(number):
    assert parse_phone(number).normalised == "447700900205"


def test_receipts_are_expected_only_from_prefixes_that_give_them():
    assert parse_phone("+33 6 12 34 56 78").gives_receipts
    assert not parse_phone("+1 202 555 0143").gives_receipts


def test_cleaning_keeps_what_was_typed():
    assert clean_phone(" \u200b+44 (0)7700\u00a0900-205\n") == "+44 (0)7700900-205"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+447700900205", "07700 900205"),
        ("447700900205", "07700 900205"),
        ("07911 123456", "07911 123456"),
        ("02079460991", "020 7946 0991"),
        ("0330 100 1234", "0330 100 1234"),
        ("447797712345", "07797 712345"),
        ("33612345678", "+33 6 12 34 56 78"),
        ("12025550143", "+1 202-555-0143"),
        ("GOVUK", "GOVUK"),
        ("60123", "60123"),
        ("", ""),
    ],
)
def test_a_number_is_shown_as_its_readers_write_it(text, shown):
    assert shown_phone(text) == shown


def outcome(parse, text, permissions):
    try:
        return parse(text, **permissions)
    except InvalidPhone as error:
        return error.code


DIGITS = st.one_of(
    st.from_regex(r"7\d{9}", fullmatch=True).filter(str.isascii),
    st.from_regex(r"7700900\d{2,4}", fullmatch=True).filter(str.isascii),
    st.text("0123456789", min_size=1, max_size=12),
)


@settings(deadline=None, database=None)
@given(
    prefix=st.sampled_from(["0", "+44", "44", "0044", "", "+", "00", "440", "+440", "+44(0)"]),
    digits=DIGITS,
    gap=st.integers(0, 12),
    between=st.sampled_from(
        ["", " ", "  ", "-", "\t", "\u00a0", "\u200b", ")", ".", "x", "\u0660"]
    ),
    international=st.booleans(),
    landlines=st.booleans(),
)
def test_the_fast_path_agrees_with_the_library(
    *, prefix, digits, gap, between, international, landlines
):
    text = f"{prefix}{digits[:gap]}{between}{digits[gap:]}"
    permissions = {"international": international, "landlines": landlines}

    assert outcome(parse_phone, text, permissions) == outcome(
        phone._parse_unusual, text, permissions
    )


@settings(deadline=None, database=None)
@given(
    prefix=st.sampled_from(["0", "+44", "44", "0044", "", "+", "00", "440", "+440"]),
    digits=st.one_of(
        st.from_regex(r"[1-9]\d{5,10}", fullmatch=True).filter(str.isascii),
        st.text("0123456789", min_size=1, max_size=18).filter(int),
    ),
    gap=st.integers(0, 12),
)
def test_what_is_read_without_the_library_is_read_as_it_would_be(prefix, digits, gap):
    text = f"{prefix}{digits[:gap]} {digits[gap:]}"

    # The library ignores a hyphen at the end, and nothing else reads a number with one.
    assert outcome(parse_phone, text, {}) == outcome(parse_phone, f"{text}-", {})


# Tristan da Cunha has no numbers of its own in the metadata.
@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS - {"TA"}))
def test_a_mobile_of_every_country_is_accepted_or_has_no_rate(region):
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    text = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)

    try:
        outcome = parse_phone(text).normalised
    except InvalidPhone as error:
        outcome = error.code

    assert outcome in {text[1:], "unsupported_country_code"}


@pytest.mark.parametrize(
    "text", ["0" * 1_000_000, "+" * 1_000_000, " " * 1_000_000, "x" * 1_000_000]
)
def test_enormous_input_is_refused_quickly(text):
    start = time.process_time()

    with pytest.raises(InvalidPhone):
        parse_phone(text)
    assert time.process_time() - start < 5
