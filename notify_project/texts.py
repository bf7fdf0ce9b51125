"""Know which texts the database can hold, and which names people can tell apart."""

import re
import unicodedata

from notify_project.api.errors import ApiError
from notify_project.recipients.characters import (
    BIDI_CONTROLS,
    LINE_SEPARATORS,
    WIDE_SPACES,
    ZERO_WIDTH,
)

_has_unstorable = re.compile("[\0\ud800-\udfff]").search
_has_bidi_control = re.compile(f"[{BIDI_CONTROLS}]").search
_SPACES = "".join(each for each in map(chr, range(0x3001)) if each.isspace())
_TRIMMED = _SPACES + ZERO_WIDTH + LINE_SEPARATORS + WIDE_SPACES


class InvalidName(ApiError):
    """A name that looks like another one."""


def is_storable(text: str) -> bool:
    """Whether a text has neither null characters nor halves of surrogate pairs."""
    return not _has_unstorable(text)


def trim(text: str) -> str:
    """Return a line without what nobody sees at its ends: empty if it has nothing else."""
    return text.strip(_TRIMMED)


def require_plain_direction(text: str) -> None:
    """Refuse characters that turn round what stands after them.

    Raises:
        InvalidName: there is one.
    """
    if _has_bidi_control(text):
        raise InvalidName("Characters that change the direction of text are not allowed here")


def clean_name(text: str) -> str:
    """Return a name as it is kept: trimmed, and empty if nobody can see it.

    Raises:
        InvalidName: it has characters that turn round the text after them.
    """
    name = trim(text)
    require_plain_direction(name)
    return name if any(unicodedata.category(each) != "Cf" for each in name) else ""
