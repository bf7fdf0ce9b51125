import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.recipients.phone import InvalidPhone, parse_phone, shown_phone
from notify_project.recipients.postal import (
    InvalidAddress,
    parse_address,
    require_real_address,
)

# Every character that JSON can deliver, halves of pairs included.
CHARACTERS = st.characters(exclude_categories=())
TELLING = st.sampled_from(
    [
        *("@", ".", "+44", "07700900205", "+", "(", ")", "-", "xn--", "example", "ü", "ß"),
        *("SW1A 2AA", "BFPO 1", "France", "\n", "\x00", "\ud800", "\udc00"),
        *("\u200b", "\u202e", "\u0660", "\u3002"),
    ]
)
TEXTS = st.lists(TELLING | st.text(CHARACTERS, max_size=8), max_size=12).map("".join)
UNITS = ["\x00", "\ud800", "\u200b", "0", "+", "7", "ü", "@", "ü.", "a\n", "\u0301", "\U0001f600"]


def phone(text):
    with suppress(InvalidPhone):
        assert parse_phone(text).normalised.isdigit()
    with suppress(InvalidPhone):
        parse_phone(text, international=False, landlines=False)
    assert isinstance(shown_phone(text), str)


def email(text):
    with suppress(InvalidEmail):
        assert parse_email(text).normalised.count("@") == 1


def address(text):
    parsed = parse_address(text)
    for international in (False, True):
        with suppress(InvalidAddress):
            require_real_address(parsed, international=international)
            assert 3 <= len(parsed.lines) <= 7


READERS = pytest.mark.parametrize("read", [phone, email, address])


@READERS
@settings(deadline=None, database=None)
@given(text=TEXTS)
def test_any_text_is_accepted_or_refused(read, text):
    read(text)


@READERS
@settings(deadline=None, database=None)
@given(local=st.text(CHARACTERS, max_size=5), host=st.text(CHARACTERS, min_size=1, max_size=9))
def test_any_host_is_accepted_or_refused(read, local, host):
    read(f"a{local}@{host}.example")


@READERS
@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_a_million_characters_are_accepted_or_refused_quickly(read, unit):
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()

    read(text)
    assert time.process_time() - start < 5
