"""Whom a request is about: recipients in any spelling, and how they are recognised. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from notify_project.api.errors import BadRequest
from notify_project.encryption import blind_indexes
from notify_project.recipients.characters import to_ascii
from notify_project.recipients.email import InvalidEmail, clean_email, parse_email
from notify_project.recipients.phone import InvalidPhone, parse_phone
from notify_project.recipients.postal import parse_address

MOST_RECIPIENTS = 20
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_NOT_DIGITS = re.compile(r"[^0-9]+")
# Numbers that are equal end alike, however they begin.
_LAST_DIGITS = 6
# What stands after the prefix for calls within a country.
_NATIONAL_DIGITS = 9


class NotSearchable(BadRequest):
    """A recipient that cannot be looked for; the message does not repeat it."""


class Kind(StrEnum):
    """What a recipient is."""

    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Sought:
    """One recipient that is looked for.

    Attributes:
        normalised: as messages are found by it; of an address its last line, without spaces.
        lines: of an address, all above the last, as they are compared.
    """

    kind: Kind
    normalised: str = field(repr=False)
    lines: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def digest(self) -> str:
        """Return what tells, to nobody without the keys, that the same was looked for before."""
        text = " ".join([f"person {self.kind}", *sorted(self.lines), self.normalised])
        return blind_indexes(text)[0]

    def is_recipient(self, text: str) -> bool:
        """Say whether a text, such as a cell or a guest, is this recipient in some spelling."""
        if self.kind == Kind.EMAIL:
            return clean_email(text).lower() == self.normalised
        if self.kind == Kind.PHONE:
            return self._is_number(text)
        return self._is_address(text)

    def is_told_by(self, text: str) -> bool:
        """Say whether a text, such as a reference, tells who the recipient is."""
        if self.kind == Kind.EMAIL:
            return self.normalised in text.lower()
        if self.kind == Kind.PHONE:
            digits = _NOT_DIGITS.sub("", to_ascii(text))
            return self.normalised[-_NATIONAL_DIGITS:] in digits
        told = _compact(text)
        return self.normalised in told and any(line in told for line in self.lines)

    def _is_number(self, text: str) -> bool:
        # Parsing takes long, and nearly all numbers are others.
        if not _NOT_DIGITS.sub("", to_ascii(text)).endswith(self.normalised[-_LAST_DIGITS:]):
            return False
        try:
            return parse_phone(text).normalised == self.normalised
        except InvalidPhone:
            return False

    def _is_address(self, text: str) -> bool:
        if self.normalised not in _compact(text):
            return False
        *lines, last = parse_address(text).lines or ("",)
        return _compact(last) == self.normalised and self.lines <= _pieces(lines)


@dataclass(frozen=True, slots=True)
class Person:
    """Everything by which somebody is looked for."""

    sought: tuple[Sought, ...]

    @property
    def digests(self) -> list[str]:
        """Return the digest of each recipient, the same whatever their order."""
        return sorted(each.digest for each in self.sought)

    @property
    def emails(self) -> list[str]:
        """Return the normalised email addresses."""
        return [each.normalised for each in self.sought if each.kind == Kind.EMAIL]

    @property
    def numbers(self) -> list[str]:
        """Return the normalised phone numbers."""
        return [each.normalised for each in self.sought if each.kind == Kind.PHONE]

    @property
    def addresses(self) -> list[Sought]:
        """Return the postal addresses."""
        return [each for each in self.sought if each.kind == Kind.ADDRESS]

    def is_recipient(self, text: str) -> bool:
        """Say whether a text is one of the recipients in some spelling."""
        return any(each.is_recipient(text) for each in self.sought)

    def is_told_by(self, text: str | None, *recipients: str | None) -> bool:
        """Say whether a text tells who the person is.

        Args:
            text: such as a reference.
            recipients: what else it must not repeat.
        """
        if not text:
            return False
        repeats = any(each and each.lower() in text.lower() for each in recipients)
        return repeats or any(each.is_told_by(text) for each in self.sought)


def read_person(texts: Iterable[str]) -> Person:
    """Read recipients: email addresses, phone numbers, and addresses that end with a postcode.

    Raises:
        NotSearchable: one is none of these, there is none, or there are too many.
    """
    written = list(texts)
    if not 1 <= len(written) <= MOST_RECIPIENTS:
        raise NotSearchable(f"Give 1 to {MOST_RECIPIENTS} recipients")
    return Person(tuple(dict.fromkeys(_read(*each) for each in enumerate(written, start=1))))


def _read(place: int, text: str) -> Sought:
    if "@" in text:
        try:
            return Sought(Kind.EMAIL, parse_email(text).normalised)
        except InvalidEmail as error:
            raise NotSearchable(f"Recipient {place}: {error}") from None
    try:
        return Sought(Kind.PHONE, parse_phone(text).normalised)
    except InvalidPhone:
        return _read_address(place, text)


def _read_address(place: int, text: str) -> Sought:
    address = parse_address(text.replace(",", "\n"))
    lines = _pieces(address.lines[:-1])
    if not (lines and (address.postcode or address.country or address.bfpo)):
        raise NotSearchable(
            f"Recipient {place} is no email address, no phone number and no postal address, of "
            "which at least one line and a postcode, or a country, are needed: "
            "12 High Street, SW1A 1AA"
        )
    return Sought(Kind.ADDRESS, _compact(address.lines[-1]), lines)


def _pieces(lines: Sequence[str]) -> frozenset[str]:
    """Return what lines say, whether they were divided by line breaks or by commas."""
    pieces = (_compact(piece) for line in lines for piece in line.split(","))
    return frozenset(filter(None, pieces))


def _compact(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text).lower()
