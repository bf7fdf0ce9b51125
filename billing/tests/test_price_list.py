"""A file of prices."""

from datetime import date
from decimal import Decimal

import pytest

from billing.price_list import InvalidPriceList, LetterPrice, TextPrice, read_price_list

LETTERS = "{from: 2027-04-01, class: second, crown: both, rates: [0.80, 0.84]}"


def mistakes(text):
    with pytest.raises(InvalidPriceList) as refused:
        read_price_list(text.encode())
    return "\n".join(refused.value.mistakes)


def test_texts_and_letters_are_read_exactly():
    day = date(2027, 4, 1)

    prices = read_price_list(
        f"texts:\n- {{from: 2027-04-01, rate: 0.0250}}\nletters:\n- {LETTERS}\n".encode()
    )

    assert prices == [
        TextPrice(day, Decimal("0.0250")),
        LetterPrice(day, Decimal("0.80"), 1, True, "second"),
        LetterPrice(day, Decimal("0.84"), 2, True, "second"),
        LetterPrice(day, Decimal("0.80"), 1, False, "second"),
        LetterPrice(day, Decimal("0.84"), 2, False, "second"),
    ]
    assert str(prices[0].rate) == "0.0250"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "needs lists named texts or letters"),
        ("- 1", "needs lists named texts or letters"),
        ("texts: [}", "is not YAML"),
        ("text: []", "needs lists named texts or letters"),
        ("texts: 7", "texts must be a list"),
        ("texts: [7]", "texts, entry 1: needs exactly from, rate"),
        ("texts: [{from: 2027-04-01}]", "texts, entry 1: needs exactly from, rate"),
        ("texts: [{from: 2027-04-01, rate: 1, x: 1}]", "needs exactly from, rate"),
        ("texts: [{from: 2027-02-30, rate: 1}]", "from must be a day"),
        ("texts: [{from: 20270401, rate: 1}]", "from must be a day"),
        ("texts: [{from: 1999-04-01, rate: 1}]", "2000 or later"),
        ("texts: [{from: [1], rate: 1}]", "from must be a day"),
        ("texts: [{from: 2027-04-01, rate: -1}]", "a rate is pounds below"),
        ("texts: [{from: 2027-04-01, rate: 1e3}]", "a rate is pounds below"),
        ("texts: [{from: 2027-04-01, rate: 1000}]", "a rate is pounds below"),
        ("texts: [{from: 2027-04-01, rate: 0.000001}]", "at most 5 decimal places"),
        ("texts: [{from: 2027-04-01, rate: .nan}]", "a rate is pounds below"),
        (f"letters: [{LETTERS.replace('second', 'Second!')}]", "class must be a word"),
        (f"letters: [{LETTERS.replace('both', 'maybe')}]", "crown must be yes, no or both"),
        (f"letters: [{LETTERS.replace('[0.80, 0.84]', '[]')}]", "rates must be a list"),
        (f"letters: [{LETTERS.replace('[0.80, 0.84]', '[1,1,1,1,1,1]')}]", "1 to 5 sheets"),
        (f"letters: [{LETTERS}, {LETTERS.replace('both', 'yes')}]", "two prices overlap: second"),
        (
            "texts: [{from: 2027-04-01, rate: 1}, {from: 2027-04-01, rate: 2}]",
            "two prices overlap: texts from 2027-04-01: 2",
        ),
    ],
)
def test_what_is_no_list_of_prices_is_refused_with_the_place(text, mistake):
    assert mistake in mistakes(text)


def test_all_mistakes_are_told_at_once():
    found = mistakes("texts: [{from: x, rate: y}, 7]\nletters: [8]")

    assert len(found.splitlines()) == 4
