"""Recipients of which nobody says whether they are an address, a number or a postal address."""

import re

from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.recipients.phone import InvalidPhone, parse_phone

_WHITE_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return a recipient, in whatever spelling, as messages to it are compared."""
    try:
        return parse_email(text).normalised
    except InvalidEmail:
        pass
    try:
        return parse_phone(text).normalised
    except InvalidPhone:
        return normalise_lines(text)


def normalise_lines(text: str) -> str:
    """Return the lines of a postal address as they are compared."""
    return _WHITE_SPACE.sub("", text).lower()
