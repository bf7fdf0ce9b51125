"""A file of prices: read, with every mistake told at once. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import yaml

MAX_SHEETS: Final = 5
MAX_PRICE: Final = 1000
# What the column holds, and no float on the way.
_PRICE: Final = re.compile(r"\d{1,3}(\.\d{1,5})?")
_CLASS: Final = re.compile(r"[a-z][a-z-]{0,19}")
_CROWN: Final = {"yes": (True,), "no": (False,), "both": (True, False)}
_TEXT_FIELDS: Final = {"from", "rate"}
_LETTER_FIELDS: Final = {"from", "class", "crown", "rates"}


@dataclass(frozen=True, slots=True)
class TextPrice:
    """What a fragment costs from a London day on."""

    day: date
    rate: Decimal

    def __str__(self) -> str:
        return f"texts from {self.day}: {self.rate}"


@dataclass(frozen=True, slots=True)
class LetterPrice:
    """What a letter of so many sheets costs from a London day on."""

    day: date
    rate: Decimal
    sheets: int
    crown: bool
    post_class: str

    @property
    def kind(self) -> tuple[int, bool, str]:
        """Return what one price at a time is for."""
        return self.sheets, self.crown, self.post_class

    def __str__(self) -> str:
        whose = "crown" if self.crown else "not crown"
        kind = f"{self.post_class} class letters, {self.sheets} sheets, {whose}"
        return f"{kind}, from {self.day}: {self.rate}"


Price = TextPrice | LetterPrice


class InvalidPriceList(Exception):
    """The file is not a list of prices; each argument is one mistake."""

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Return the mistakes."""
        return self.args


def read_price_list(content: bytes) -> list[Price]:
    """Read prices from YAML.

    Raises:
        InvalidPriceList: with all mistakes of the file.
    """
    try:
        # All scalars as the text that was written: 0.0240 stays 0.0240, and no float comes in.
        found = yaml.load(content, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts only
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidPriceList(f"the file is not YAML: {error}") from error
    if not isinstance(found, dict) or not found or found.keys() - {"texts", "letters"}:
        raise InvalidPriceList("the file needs lists named texts or letters, and nothing else")
    mistakes: list[str] = []
    prices: list[Price] = []
    for entry, where in _entries(found, "texts", _TEXT_FIELDS, mistakes):
        prices += _text_prices(entry, where, mistakes)
    for entry, where in _entries(found, "letters", _LETTER_FIELDS, mistakes):
        prices += _letter_prices(entry, where, mistakes)
    mistakes += _twice(prices)
    if mistakes:
        raise InvalidPriceList(*mistakes)
    return prices


def _entries(
    found: dict[str, Any], name: str, fields: set[str], mistakes: list[str]
) -> Iterator[tuple[dict[str, Any], str]]:
    entries = found.get(name, [])
    if not isinstance(entries, list):
        mistakes.append(f"{name} must be a list")
        return
    for number, entry in enumerate(entries, start=1):
        where = f"{name}, entry {number}"
        if isinstance(entry, dict) and entry.keys() == fields:
            yield entry, where
        else:
            mistakes.append(f"{where}: needs exactly {', '.join(sorted(fields))}")


def _text_prices(entry: dict[str, Any], where: str, mistakes: list[str]) -> list[Price]:
    day, rate = _day(entry["from"], where, mistakes), _rate(entry["rate"], where, mistakes)
    return [] if day is None or rate is None else [TextPrice(day, rate)]


def _letter_prices(entry: dict[str, Any], where: str, mistakes: list[str]) -> list[Price]:
    before = len(mistakes)
    day = _day(entry["from"], where, mistakes)
    if not isinstance(entry["class"], str) or not _CLASS.fullmatch(entry["class"]):
        mistakes.append(f"{where}: class must be a word such as second")
    crown = entry["crown"]
    if not isinstance(crown, str) or crown not in _CROWN:
        mistakes.append(f"{where}: crown must be yes, no or both")
    given = entry["rates"]
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_SHEETS:
        mistakes.append(f"{where}: rates must be a list for 1 to {MAX_SHEETS} sheets")
        return []
    rates = [_rate(each, where, mistakes) for each in given]
    if len(mistakes) > before or day is None:
        return []
    return [
        LetterPrice(day, rate, sheets, is_crown, entry["class"])
        for is_crown in _CROWN[crown]
        for sheets, rate in enumerate(rates, start=1)
        if rate is not None
    ]


def _day(text: Any, where: str, mistakes: list[str]) -> date | None:
    try:
        day = date.fromisoformat(text)
        if day.isoformat() == text and day.year >= 2000:
            return day
    except (TypeError, ValueError):
        pass
    mistakes.append(f"{where}: from must be a day written YYYY-MM-DD, 2000 or later")
    return None


def _rate(text: Any, where: str, mistakes: list[str]) -> Decimal | None:
    if isinstance(text, str) and _PRICE.fullmatch(text):
        return Decimal(text)
    mistakes.append(f"{where}: a rate is pounds below {MAX_PRICE} with at most 5 decimal places")
    return None


def _twice(prices: Iterable[Price]) -> Iterator[str]:
    seen: set[Any] = set()
    for price in prices:
        kind = (price.day, price.kind if isinstance(price, LetterPrice) else None)
        if kind in seen:
            yield f"two prices overlap: {price}"
        seen.add(kind)
