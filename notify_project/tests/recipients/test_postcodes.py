import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_project.recipients.postcodes import printed_postcode
from notify_project.tests.examples import cases


@pytest.mark.parametrize("row", cases(__file__, "postcodes"))
def test_a_postcode_is_printed_with_one_space_or_is_not_real(row):
    assert printed_postcode(row["input"]) == row["printed"]


def test_white_space_that_nobody_sees_is_not_part_of_a_postcode():
    assert printed_postcode("\ufeffsw1a\u200b\u202f2aa\n") == "SW1A 2AA"


@pytest.mark.parametrize(
    "text", ["ß1 1AA", "SW1A 2\u017fA", "SW1A \u0662AA", "XM4 5HQ", "SW1A 2AA\x00", "A" * 1_000_000]
)
def test_what_only_looks_like_a_postcode_is_not_real(text):
    assert printed_postcode(text) is None


@given(st.from_regex(r"(AB|E|SW|ZE)[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True))
def test_a_printed_postcode_is_printed_as_it_is(text):
    printed = printed_postcode(text.lower())

    assert printed is not None
    assert printed_postcode(printed) == printed
