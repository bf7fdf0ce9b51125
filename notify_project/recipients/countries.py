"""Recognise the countries that letters go to, by the names that people give them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

UNITED_KINGDOM = "United Kingdom"

_NAMES = Path(__file__).parent / "country_names.txt"
# Source: the API contract, how names of countries are compared.
_IGNORED = str.maketrans({**dict.fromkeys(" _-'’,.()"), "&": "and", "+": "and"})
_ARTICLES = ("the", "yr", "y")
# Longer than any name; longer lines need not be looked at.
_LONGEST = 100


class Zone(StrEnum):
    """Where a letter goes, as far as its price depends on it."""

    UNITED_KINGDOM = "united-kingdom"
    EUROPE = "europe"
    REST_OF_WORLD = "rest-of-world"


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory under the name that is printed on letters."""

    name: str
    zone: Zone


def find_country(text: str) -> Country | None:
    """Return the country that a line of an address names; a line with a digit names none."""
    if len(text) > _LONGEST or any(character.isdigit() for character in text):
        return None
    key = _key(text)
    candidates = [key, *(article + key for article in _ARTICLES), key.removeprefix("the")]
    return next((_COUNTRIES[each] for each in candidates if each in _COUNTRIES), None)


def _key(text: str) -> str:
    """Return what the spellings of a name have in common."""
    key = text.lower().translate(_IGNORED)
    decomposed = unicodedata.normalize("NFKD", key)
    plain = "".join(each for each in decomposed if not unicodedata.combining(each))
    return plain if plain.isascii() else key


def _entries() -> Iterator[tuple[str, Country]]:
    """Read the file of names; it says itself how it is written."""
    zone = Zone.UNITED_KINGDOM
    for line in _NAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            zone = Zone(line.strip("[]"))
        elif line and not line.startswith("#"):
            printed, _, others = line.partition(":")
            country = Country(printed, zone)
            for name in (printed, *filter(None, others.split(";"))):
                yield _key(name), country


_COUNTRIES = dict(_entries())
