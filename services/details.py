"""What a service tells recipients of itself: names, and whom they can ask."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from notify_project.api.errors import ApiError
from notify_project.recipients.email import InvalidEmail, parse_email

# Short numbers such as 111 are numbers, too.
_is_phone = re.compile(r"\+?[0-9 ().-]{3,}").fullmatch
FEWEST_DIGITS = 3
_require_url = URLValidator(schemes=["http", "https"])
_ENDS_A_LINE = frozenset({"Cc", "Zl", "Zp"})


class InvalidDetails(ApiError):
    """Something that recipients must not be shown."""


def require_one_line(what: str, text: str) -> None:
    """Refuse a name that would go on in another line, or in another header of an email.

    Raises:
        InvalidDetails: it has line breaks or other control characters.
    """
    if any(unicodedata.category(each) in _ENDS_A_LINE for each in text):
        raise InvalidDetails(f"The {what} must be one line, without control characters")


def require_contact(text: str) -> None:
    """Refuse contact details that are none; recipients of files are shown them.

    Raises:
        InvalidDetails: neither a web address nor an email address nor a phone number.
    """
    if not (_is_url(text) or _is_email(text) or _is_number(text)):
        raise InvalidDetails(
            "The contact_link must be a web address with http:// or https://, an email address "
            "or a phone number"
        )


def _is_url(text: str) -> bool:
    try:
        _require_url(text)
    except ValidationError:
        return False
    return True


def _is_email(text: str) -> bool:
    try:
        return parse_email(text).cleaned == text
    except InvalidEmail:
        return False


def _is_number(text: str) -> bool:
    return bool(_is_phone(text)) and sum(map(str.isdigit, text)) >= FEWEST_DIGITS
