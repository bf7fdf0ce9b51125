import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_project.recipients.countries import Zone
from notify_project.recipients.postal import (
    FORM_MESSAGES,
    MESSAGES,
    InvalidAddress,
    address_of,
    parse_address,
    require_real_address,
)
from notify_project.tests.examples import cases

GOOD = "Jo\n1 High Street\n"

# Lines that mean something to the parser, mixed with arbitrary ones.
_TELLING = st.sampled_from(["SW1A 2AA", "sw1a2aa", "BFPO 1", "bfpo c/o 22", "NFA", "(x", "Jo"])
_COUNTRIES = st.sampled_from(["England", "Cymru", "France", "The Gambia", "USA", "Deutschland"])
_UNTIDY = st.sampled_from([", ,", "a , .", "\u200b", "\u00a0 x"])
LINES = st.lists(_TELLING | _COUNTRIES | _UNTIDY | st.text(max_size=20), max_size=9).map("\n".join)


def problem(text, *, international=False):
    """Return the code of what is wrong with an address, if anything is."""
    try:
        require_real_address(parse_address(text), international=international)
    except InvalidAddress as error:
        return error.code
    return None


def message_of(address, *, international):
    try:
        require_real_address(address, international=international)
    except InvalidAddress as error:
        return error.message
    return None


@pytest.mark.parametrize("row", cases(__file__, "addresses"))
def test_an_address_is_normalised_and_accepted_or_refused(row):
    address = parse_address(row["address"])

    assert list(address.lines) == row["normalised"]
    assert address.zone == row["zone"]
    assert message_of(address, international=row["international"]) == row["message"]


@pytest.mark.parametrize("row", cases(__file__, "address_keys"))
def test_an_address_is_read_from_the_keys_of_a_request(row):
    address = address_of(row["personalisation"])

    assert list(address.lines) == row["normalised"]
    assert message_of(address, international=False) == row["message"]


@pytest.mark.parametrize(
    ("text", "international", "code"),
    [
        ("", False, "address-is-empty"),
        (" \n,\n\u200b", False, "address-is-empty"),
        ("Jo\nSW1A 2AA", False, "not-enough-address-lines"),
        ("a\nb\nc\nd\ne\nf\ng\nSW1A 2AA", False, "too-many-address-lines"),
        ("...\nb\nSW1A 2AA", False, "invalid-address-line-1-or-2"),
        ("Жo\n1\nSW1A 2AA", False, None),
        ("Ж\n1\nSW1A 2AA", False, "invalid-address-line-1-or-2"),
        ("a\nb\nBFPO 1\nFrance", True, "has-country-for-bfpo-address"),
        ("a\nb\nFrance\nBFPO 1", True, "has-country-for-bfpo-address"),
        ("a\nb\nFrance\nEngland\nBFPO 1", True, "has-country-for-bfpo-address"),
        ("a\nb\nc", False, "not-a-real-uk-postcode"),
        ("a\nb\nFrance", False, "cant-send-international-letters"),
        ("a\nb\nc", True, "not-a-real-uk-postcode-or-country"),
        ("a\nb\nFrance\nUnited Kingdom", True, "not-a-real-uk-postcode-or-country"),
        ("a\n~b\nSW1A 2AA", False, "invalid-char-in-address"),
        ("a\nnfa\nSW1A 2AA", False, "no-fixed-abode-address"),
        ("a\nof NO FIXED address here\nSW1A 2AA", False, "no-fixed-abode-address"),
        ("a\nNFA House\nSW1A 2AA", False, None),
        ("a\nb\nBFPO 12345", False, "not-a-real-uk-postcode"),
    ],
)
def test_each_reason_has_a_code(text, international, code):
    assert problem(text, international=international) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("...", "not-enough-address-lines"),
        ("...\n(\nBFPO 1\nFrance", "invalid-address-line-1-or-2"),
        ("a\n(b\nBFPO 1\nFrance", "has-country-for-bfpo-address"),
        ("a\n(b\nno fixed abode", "not-a-real-uk-postcode"),
        ("a\n(b\nNFA\nSW1A 2AA", "invalid-char-in-address"),
    ],
)
def test_the_first_reason_in_the_promised_order_is_given(text, code):
    assert problem(text) == code


def test_the_error_carries_the_message_of_the_api():
    with pytest.raises(InvalidAddress) as caught:
        require_real_address(parse_address("a\n,b\nc"), international=False)

    assert caught.value.message == str(caught.value) == "Must be a real UK postcode"


@pytest.mark.parametrize(
    ("text", "international", "message"),
    [
        ("", False, "Address must be at least 3 lines long"),
        ("a\nSW1A 2AA", False, "Address must be at least 3 lines long"),
        ("a\nb\nc\nd\ne\nf\ng\nSW1A 2AA", False, "Address must be no more than 7 lines long"),
        (
            "...\nb\nSW1A 2AA",
            False,
            "The first 2 lines of the address must both include at least one alphanumeric"
            " character",
        ),
        (
            "a\nb\nBFPO 1\nFrance",
            True,
            "The last line of a British Forces Post Office (BFPO) address cannot be the name of a"
            " country",
        ),
        ("a\nb\nc", False, "Last line of the address must be a real UK postcode"),
        (
            "a\nb\nFrance",
            False,
            "You do not have permission to send letters to other countries",
        ),
        (
            "a\nb\nc",
            True,
            "The last line of the address must be a UK postcode or the name of a country",
        ),
        (
            "a\n~b\nSW1A 2AA",
            False,
            "Address lines cannot start with any of the following characters:"
            ' @ ( ) = [ ] " \\ / , < > ~',
        ),
        ("a\nNFA\nSW1A 2AA", False, "Enter a real address"),
    ],
)
def test_the_error_carries_the_message_of_forms(text, international, message):
    with pytest.raises(InvalidAddress) as caught:
        require_real_address(parse_address(text), international=international)

    assert caught.value.form_message == message


def test_every_forbidden_character_is_refused_at_the_start_of_a_line():
    codes = {problem(f"Jo\n{character}b\nSW1A 2AA") for character in '@()=[]"\\/<>~'}

    assert codes == {"invalid-char-in-address"}
    assert problem("Jo\nb @()~\nSW1A 2AA") is None


@pytest.mark.parametrize(
    ("text", "postage"),
    [
        (f"{GOOD}SW1A 2AA", None),
        (f"{GOOD}France", "europe"),
        (f"{GOOD}Japan", "rest-of-world"),
        (f"{GOOD}BFPO 1", None),
        (f"{GOOD}JE2 3AB\nJersey", None),
    ],
)
def test_a_foreign_country_decides_the_postage(text, postage):
    assert parse_address(text).postage == postage


def test_what_the_last_lines_say_is_kept_apart():
    forces = parse_address("Jo\nbfpo22\nbf12at\nEngland")
    abroad = parse_address("Jo\n1 Weg\nDeutschland")

    assert (forces.postcode, forces.bfpo, forces.country) == ("BF1 2AT", "22", None)
    assert forces.lines == ("Jo", "BF1 2AT", "BFPO 22")
    assert (abroad.postcode, abroad.country, abroad.zone) == (None, "Germany", Zone.EUROPE)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Jo\nEngland\n1 High St\nSW1A 2AA\nEngland", ("Jo", "England", "1 High St", "SW1A 2AA")),
        ("Wales\nJersey House\nN1 9GU\nWales\nU.K.", ("Wales", "Jersey House", "N1 9GU")),
        ("Jo\n1 Rue\nEngland\nFrance", ("Jo", "1 Rue", "England", "France")),
        ("England\nScotland", ()),
    ],
)
def test_only_names_of_the_united_kingdom_at_the_end_are_taken_off(text, lines):
    assert parse_address(text).lines == lines


@pytest.mark.parametrize("last", ["France 1", "1 France", "France\u0661"])
def test_a_last_line_with_a_digit_is_not_a_country(last):
    address = parse_address(f"{GOOD}{last}")

    assert (address.country, address.zone) == (None, Zone.UNITED_KINGDOM)


def test_a_number_of_a_forces_post_office_is_found_anywhere_and_once():
    address = parse_address("BFPO 105\nCpl Jo\nBFPO 9\nUnit 5")

    assert address.lines == ("Cpl Jo", "Unit 5", "BFPO 105")


@pytest.mark.parametrize("character", ["\r\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85"])
def test_every_break_ends_a_line(character):
    assert parse_address(f"a{character}b").lines == ("a", "b")


def test_unseen_characters_are_removed_and_wide_spaces_are_spaces():
    assert parse_address("J\u200bo\u00a0\u202fB\tx").lines == ("Jo B x",)


@pytest.mark.parametrize(
    ("personalisation", "lines"),
    [
        ({"address line 1": "a", "ADDRESS_LINE_2": "b", "Postcode": "c"}, ()),
        ({"address_line_1": None, "address_line_2": "", "address_line_3": 12}, ("12",)),
        ({"address_line_1": True, "address_line_2": 1.5}, ("True", "1.5")),
        ({"address_line_7": None, "postcode": "N1 9GU"}, ()),
        ({"address_line_6": "a", "postcode": "b", "address_line_8": "c"}, ("a", "b")),
        ({"address_line_1": ["a", "b"]}, ("['a', 'b']",)),
    ],
)
def test_only_the_exact_keys_count_and_values_become_text(personalisation, lines):
    assert address_of(personalisation).lines == lines


def test_every_code_has_a_message():
    assert len(MESSAGES) == 10
    assert all(MESSAGES.values())
    assert FORM_MESSAGES.keys() == MESSAGES.keys()


@given(LINES, st.booleans())
def test_any_text_is_accepted_or_refused_with_a_reason(text, international):
    with suppress(InvalidAddress):
        require_real_address(parse_address(text), international=international)


@given(LINES, st.booleans())
def test_an_accepted_address_is_normal_already(text, international):
    address = parse_address(text)

    if message_of(address, international=international) is None:
        assert parse_address("\n".join(address.lines)) == address


@given(LINES)
def test_normal_lines_have_nothing_more_to_clean(text):
    for line in parse_address(text).lines:
        assert parse_address(f"x\n{line}\nx").lines in {("x", line, "x"), ("x", "x", line)}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a\n" * 500_000,
        " ," * 500_000,
        "England\n" * 125_000,
        "France\n" * 140_000,
        "BFPO 1\n" * 140_000,
        "BFPO" + " " * 1_000_000 + "1",
        "a\u0315\u0300" * 300_000,
        "\u200b\u00a0" * 500_000,
        "no fixed " * 110_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_enormous_input_is_refused_quickly(text):
    start = time.process_time()

    assert problem(text, international=True) is not None
    assert time.process_time() - start < 5
