"""Parse postal addresses, normalise them, and refuse those that the post cannot deliver."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from notify_project.recipients.characters import WIDE_SPACES, ZERO_WIDTH
from notify_project.recipients.countries import UNITED_KINGDOM, Country, Zone, find_country
from notify_project.recipients.postcodes import printed_postcode

MIN_LINES = 3
MAX_LINES = 7

# Source: the API contract, checks of postal addresses: its own words, and those of forms and
# spreadsheets.
_FEW_LINES = f"Address must be at least {MIN_LINES} lines"
_NO_POSTCODE = "Must be a real UK postcode"
MESSAGES = {
    "address-is-empty": _FEW_LINES,
    "not-enough-address-lines": _FEW_LINES,
    "too-many-address-lines": f"Address must be no more than {MAX_LINES} lines",
    "invalid-address-line-1-or-2": (
        "The first 2 lines of the address must both include at least one alphanumeric character"
    ),
    "has-country-for-bfpo-address": "The last line of a BFPO address must not be a country.",
    "not-a-real-uk-postcode": _NO_POSTCODE,
    "cant-send-international-letters": _NO_POSTCODE,
    "not-a-real-uk-postcode-or-country": (
        "Last line of address must be a real UK postcode or another country"
    ),
    "invalid-char-in-address": (
        "Address lines must not start with any of the following characters: "
        "@ ( ) = [ ] ” \\ / , < >"
    ),
    "no-fixed-abode-address": "Must be a real address",
}
FORM_MESSAGES = {
    "address-is-empty": f"{_FEW_LINES} long",
    "not-enough-address-lines": f"{_FEW_LINES} long",
    "too-many-address-lines": f"Address must be no more than {MAX_LINES} lines long",
    "invalid-address-line-1-or-2": MESSAGES["invalid-address-line-1-or-2"],
    "has-country-for-bfpo-address": (
        "The last line of a British Forces Post Office (BFPO) address cannot be the name of a"
        " country"
    ),
    "not-a-real-uk-postcode": "Last line of the address must be a real UK postcode",
    "cant-send-international-letters": (
        "You do not have permission to send letters to other countries"
    ),
    "not-a-real-uk-postcode-or-country": (
        "The last line of the address must be a UK postcode or the name of a country"
    ),
    "invalid-char-in-address": (
        "Address lines cannot start with any of the following characters: "
        '@ ( ) = [ ] " \\ / , < > ~'
    ),
    "no-fixed-abode-address": "Enter a real address",
}
_FORBIDDEN_STARTS = tuple('@()=[]"\\/,<>~')
_NO_ABODE = ("no fixed abode", "no fixed address")

_IN_LINES = {**dict.fromkeys(map(ord, ZERO_WIDTH)), **dict.fromkeys(map(ord, WIDE_SPACES), " ")}
_SPACE_BEFORE_PUNCTUATION = re.compile(r" (?=[,.])")
_bfpo_of = re.compile(r"BFPO ?(?:c/o)? ?([0-9]{1,4})", re.IGNORECASE).fullmatch
_has_alphanumeric = re.compile(r"[a-zA-Z0-9]").search


class InvalidAddress(ValueError):
    """A letter cannot be sent to the address.

    ``code`` says why, ``message`` as the API does, ``form_message`` as forms and spreadsheets do.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.message = MESSAGES[code]
        self.form_message = FORM_MESSAGES[code]
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as it is printed, and what its last lines say.

    Attributes:
        lines: without blank ones, and without the name of the United Kingdom or its parts.
        zone: where it is; what names no country is in the United Kingdom.
        postcode: the line that is a real postcode of the United Kingdom.
        country: the line that is the printed name of another country.
        bfpo: the number of a British Forces Post Office.
    """

    lines: tuple[str, ...]
    zone: Zone = Zone.UNITED_KINGDOM
    postcode: str | None = None
    country: str | None = None
    bfpo: str | None = None

    @property
    def postage(self) -> str | None:
        """Return the postage that a foreign address decides."""
        return None if self.zone is Zone.UNITED_KINGDOM else self.zone.value


def parse_address(text: str) -> PostalAddress:
    """Read an address from a block of text, however wrong it may be."""
    lines, bfpo = _without_bfpo(_lines(text))
    country = _pop_country(lines)
    foreign = country.name if country and country.name != UNITED_KINGDOM else None
    postcode = None if foreign else _pop_postcode(lines)
    ending = (postcode, f"BFPO {bfpo}" if bfpo else None, foreign)
    return PostalAddress(
        lines=(*lines, *filter(None, ending)),
        zone=country.zone if country else Zone.UNITED_KINGDOM,
        postcode=postcode,
        country=foreign,
        bfpo=bfpo,
    )


def address_of(personalisation: dict[str, Any]) -> PostalAddress:
    """Read an address from the values of a request; only the exact names of its keys count."""
    last = "address_line_7" if "address_line_7" in personalisation else "postcode"
    keys = [*(f"address_line_{number}" for number in range(1, MAX_LINES)), last]
    values = (personalisation.get(key) for key in keys)
    return parse_address("\n".join(str(value) for value in values if value is not None))


def require_real_address(address: PostalAddress, *, international: bool) -> None:
    """Refuse an address that a letter cannot be sent to.

    Args:
        address: it is checked as it is printed.
        international: letters may go to other countries.

    Raises:
        InvalidAddress: with the first reason, in the order that the API promises.
    """
    code = next(_problems(address, international=international), None)
    if code is not None:
        raise InvalidAddress(code)


# --- Parsing ----------------------------------------------------------------------------------
def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := _clean(each))]


def _clean(line: str) -> str:
    collapsed = " ".join(line.translate(_IN_LINES).split())
    return _SPACE_BEFORE_PUNCTUATION.sub("", collapsed).rstrip(" ,")


def _without_bfpo(lines: list[str]) -> tuple[list[str], str | None]:
    """Take out every line with the number of a forces post office; the first number counts."""
    numbers = [match[1] for match in map(_bfpo_of, lines) if match]
    return [line for line in lines if not _bfpo_of(line)], numbers[0] if numbers else None


def _pop_country(lines: list[str]) -> Country | None:
    """Take the country off the end, and with the United Kingdom all its names there."""
    country = find_country(lines[-1]) if lines else None
    if country is not None:
        lines.pop()
    if country is not None and country.zone is Zone.UNITED_KINGDOM:
        while lines and find_country(lines[-1]) == country:
            lines.pop()
    return country


def _pop_postcode(lines: list[str]) -> str | None:
    postcode = printed_postcode(lines[-1]) if lines else None
    if postcode is not None:
        lines.pop()
    return postcode


# --- Checks -----------------------------------------------------------------------------------
def _problems(address: PostalAddress, *, international: bool) -> Iterator[str]:
    """Yield the codes of what is wrong, in the order that the API promises."""
    if code := _wrong_number_of_lines(len(address.lines)):
        yield code
    if not all(map(_has_alphanumeric, address.lines[:2])):
        yield "invalid-address-line-1-or-2"
    # A country can be left above the number of the post office, where another one was taken off.
    if address.bfpo and any(map(find_country, address.lines[-2:])):
        yield "has-country-for-bfpo-address"
    if code := _wrong_ending(address, international=international):
        yield code
    if any(line.startswith(_FORBIDDEN_STARTS) for line in address.lines):
        yield "invalid-char-in-address"
    if any(map(_is_no_abode, address.lines)):
        yield "no-fixed-abode-address"


def _wrong_number_of_lines(number: int) -> str | None:
    if not number:
        return "address-is-empty"
    if number < MIN_LINES:
        return "not-enough-address-lines"
    return "too-many-address-lines" if number > MAX_LINES else None


def _wrong_ending(address: PostalAddress, *, international: bool) -> str | None:
    """Return the code of a last line that the post cannot sort by."""
    if address.postcode or address.bfpo:
        return None
    if international:
        return None if address.country else "not-a-real-uk-postcode-or-country"
    return "cant-send-international-letters" if address.country else "not-a-real-uk-postcode"


def _is_no_abode(line: str) -> bool:
    lowered = line.lower()
    return lowered == "nfa" or any(words in lowered for words in _NO_ABODE)
