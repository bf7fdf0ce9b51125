"""Parse phone numbers, in the forms the API accepts."""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberType, ValidationResult

from notify_project.recipients.characters import (
    LINE_SEPARATORS,
    WIDE_SPACES,
    ZERO_WIDTH,
    remove_obscure,
    to_ascii,
)
from notify_project.recipients.rates import INTERNATIONAL_RATES, billed_prefix

UK_COUNTRY_CODE = 44
CROWN_DEPENDENCIES = frozenset({"GG", "IM", "JE"})

# Source: the API contract, errors of phone numbers: its own words, and those of forms and
# spreadsheets.
MESSAGES = {
    "invalid_number": "Number is not valid – double check the phone number you entered",
    "too_long": "Too many digits",
    "too_short": "Not enough digits",
    "not_a_uk_mobile": "Not a UK mobile number",
    "unknown_character": "Must not contain letters or symbols",
    "unsupported_country_code": "Not a valid country prefix",
}
FORM_MESSAGES = {
    "invalid_number": MESSAGES["invalid_number"],
    "too_long": "Mobile number is too long",
    "too_short": "Mobile number is too short",
    "not_a_uk_mobile": (
        "This does not look like a UK mobile number – double check the mobile number you entered"
    ),
    "unknown_character": "Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -",
    "unsupported_country_code": (
        "Country code not found - double check the mobile number you entered"
    ),
}
_CODES = {
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
    ValidationResult.INVALID_COUNTRY_CODE: "unsupported_country_code",
}
_TYPES = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.UAN,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)
_LANDLINES = frozenset(
    {PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UAN}
)
# Source: Ofcom, telephone numbers for use in TV and radio drama programmes.
_DRAMA = range(7700900000, 7700901000)


def _ordinary_uk_mobile() -> re.Pattern[str]:
    """Match what the library would call a mobile of Great Britain, in its usual spellings.

    Nine of ten numbers are these; asking the library costs ten times as much.
    """
    metadata = PhoneMetadata.metadata_for_region("GB")
    if metadata is None or metadata.mobile is None:
        raise LookupError("phonenumbers has no metadata for GB")
    pattern = metadata.mobile.national_number_pattern
    return re.compile(rf"(?:\+?44|0044|0)?(7700900\d{{3}}|{pattern})", re.ASCII)


_ORDINARY = _ordinary_uk_mobile().fullmatch
_IGNORED = re.compile(rf"[\s{ZERO_WIDTH}{LINE_SEPARATORS}{WIDE_SPACES}]+")
_HAS_UNKNOWN_CHARACTER = re.compile(r"[^0-9()+-]").search
# The library takes long over these, and there is no doubt about them: the national number is what
# follows one zero, or 44 with a plus or more digits than a number has, or else all digits.
_is_plainly_uk = re.compile(r"(?:0|\+44|44(?=[0-9]{9})|(?!44))([1-9][0-9]{1,16})").fullmatch
# No calling code begins with zero, and after a plus there already was one.
_may_lack_plus = re.compile(r"[()-]*[1-9]").match


class InvalidPhone(ValueError):
    """The text is not a phone number that can be sent to.

    ``code`` says why, ``message`` as the API does, ``form_message`` as forms and spreadsheets do.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.message = MESSAGES[code]
        self.form_message = FORM_MESSAGES[code]
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number that can be sent to, and what the sending depends on."""

    normalised: str
    country_code: int
    prefix: str
    international: bool
    rate_multiplier: int
    is_uk_landline: bool
    crown_dependency: bool
    gives_receipts: bool


def clean_phone(text: str) -> str:
    """Return the number as given, without surrounding and obscure white space."""
    return remove_obscure(text).strip()


def parse_phone(text: str, *, international: bool = True, landlines: bool = True) -> PhoneNumber:
    """Return the number if it can be sent to.

    Args:
        text: in any spelling.
        international: the service may send to other countries.
        landlines: the service may send to landlines of the United Kingdom.

    Raises:
        InvalidPhone: it cannot.
    """
    if ordinary := _ORDINARY(text.replace(" ", "")):
        return PhoneNumber(
            normalised=f"44{ordinary[1]}",
            country_code=UK_COUNTRY_CODE,
            prefix="44",
            international=False,
            rate_multiplier=1,
            is_uk_landline=False,
            crown_dependency=False,
            gives_receipts=True,
        )
    return _parse_unusual(text, international=international, landlines=landlines)


def digits_if_phone(text: str) -> str:
    """Return a number's digits; what is no number, as some senders, is left alone."""
    try:
        return parse_phone(text).normalised
    except InvalidPhone:
        return text


def shown_phone(text: str) -> str:
    """Return a number as people read it; what is no number, as some senders, is left alone."""
    try:
        normalised = parse_phone(text).normalised
    except InvalidPhone:
        return text
    number = phonenumbers.parse(f"+{normalised}")
    if number.country_code == UK_COUNTRY_CODE:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def needs_international_permission(number: PhoneNumber) -> bool:
    """Say whether only services that may send abroad may use the number."""
    return number.country_code != UK_COUNTRY_CODE


def needs_landline_permission(number: PhoneNumber) -> bool:
    """Say whether only services that may send to UK landlines may use the number."""
    return number.is_uk_landline


def _parse_unusual(text: str, *, international: bool = True, landlines: bool = True) -> PhoneNumber:
    compact = _IGNORED.sub("", text)
    try:
        number, kind = _valid(compact)
    except InvalidPhone:
        # Spreadsheets and forms add and drop plus signs and zeros.
        bare = to_ascii(compact).replace("+", "").lstrip("0")
        if bare == compact:
            raise
        number, kind = _valid(bare)
    if number.country_code != UK_COUNTRY_CODE:
        is_allowed = international
    else:
        is_allowed = landlines or kind not in _LANDLINES
    if not is_allowed:
        raise InvalidPhone("not_a_uk_mobile")
    return _described(number, kind)


def _valid(compact: str) -> tuple[phonenumbers.PhoneNumber, int]:
    number = _parsed(compact)
    kind = PhoneNumberType.MOBILE if _is_drama(number) else phonenumbers.number_type(number)
    if kind not in _TYPES:
        raise InvalidPhone("invalid_number")
    return number, kind


def _parsed(compact: str) -> phonenumbers.PhoneNumber:
    if _HAS_UNKNOWN_CHARACTER(compact):
        raise InvalidPhone("unknown_character")
    if not compact:
        raise InvalidPhone("too_short")
    number = _read(compact)
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        number = _forced_international(compact, reason)
    return number


def _read(compact: str) -> phonenumbers.PhoneNumber:
    if plain := _is_plainly_uk(compact):
        return phonenumbers.PhoneNumber(UK_COUNTRY_CODE, int(plain[1]))
    try:
        return phonenumbers.parse(compact, "GB")
    except NumberParseException as error:
        raise InvalidPhone("invalid_number") from error


def _forced_international(compact: str, reason: int) -> phonenumbers.PhoneNumber:
    code = _CODES.get(reason, "invalid_number")
    if not _may_lack_plus(compact):
        raise InvalidPhone(code)
    try:
        number = phonenumbers.parse(f"+{compact}")
    except NumberParseException as error:
        raise InvalidPhone(code) from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidPhone(code)
    return number


def _is_drama(number: phonenumbers.PhoneNumber) -> bool:
    return number.country_code == UK_COUNTRY_CODE and number.national_number in _DRAMA


def _described(number: phonenumbers.PhoneNumber, kind: int) -> PhoneNumber:
    country_code = number.country_code or 0
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    prefix = billed_prefix(digits, country_code)
    rate = INTERNATIONAL_RATES.get(prefix)
    if rate is None:
        raise InvalidPhone("unsupported_country_code")
    region = "GB" if _is_drama(number) else phonenumbers.region_code_for_number(number)
    return PhoneNumber(
        normalised=digits,
        country_code=country_code,
        prefix=prefix,
        international=region != "GB",
        rate_multiplier=1 if region == "GB" else rate.multiplier,
        is_uk_landline=country_code == UK_COUNTRY_CODE and kind in _LANDLINES,
        crown_dependency=region in CROWN_DEPENDENCIES,
        gives_receipts=rate.gives_receipts,
    )
