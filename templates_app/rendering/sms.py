"""Make text messages: tidy them, keep to the alphabet of phones, count fragments."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from notify_project.recipients.characters import WIDE_SPACES, ZERO_WIDTH, Closest
from templates_app.rendering.placeholders import Parsed, Placeholder, fill
from templates_app.rendering.values import Values

# Source: 3GPP TS 23.038, sections 6.2.1 (basic) and 6.2.1.1 (extension, two places each).
BASIC_CHARACTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION_CHARACTERS = frozenset("^{}\\[~]|€")
# Source: the API contract, accented vowels of Welsh that are not in the basic set.
WELSH_CHARACTERS = frozenset("ÀÁÂÈÊËÌÍÎÏÒÓÔÙÚÛÝáâêëíîïóôúûýÿŴŵŶŷŸẀẁẂẃẄẅỲỳ")
ALLOWED_CHARACTERS = BASIC_CHARACTERS | EXTENSION_CHARACTERS | WELSH_CHARACTERS

# Source: the API contract, length of text messages.
MAX_CHARACTERS = 918
# Source: 3GPP TS 23.038 (octets of one message), 3GPP TS 23.040 (header of a part).
_ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

_UNTIDY = ("  ", " \n", "\n ", " .", " ,", "\n\n\n")
_SPACE_BEFORE_PUNCTUATION = re.compile(r"(?<![ \t])[ \t]+(?=[,.])")
_MANY_LINE_BREAKS = re.compile(r"\n{3,}")
_INVISIBLE = {**dict.fromkeys(map(ord, ZERO_WIDTH)), **dict.fromkeys(map(ord, WIDE_SPACES), " ")}


def _class(characters: frozenset[str]) -> str:
    return f"[{re.escape(''.join(sorted(characters)))}]"


_is_allowed = re.compile(_class(ALLOWED_CHARACTERS - {"\r"}) + "*").fullmatch
_has_welsh = re.compile(_class(WELSH_CHARACTERS)).search
_extensions_in: Callable[[str], list[str]] = re.compile(_class(EXTENSION_CHARACTERS)).findall


_DOWNGRADE = Closest(ALLOWED_CHARACTERS)


@dataclass(frozen=True, slots=True)
class SmsText:
    """A text message as it goes to the phone."""

    text: str
    encoding: Literal["GSM-7", "UCS-2"]
    fragments: int


def sms_body(parsed: Parsed, values: Values) -> str:
    """Return the message as the API shows it: as sent, but without the service's name."""
    return _downgraded(_tidy(fill(parsed, values)))


def sms_text(parsed: Parsed, values: Values, prefix: str | None = None) -> SmsText:
    """Return the message as sent, with the service's name in front if there is a prefix."""
    body = fill(parsed, values)
    tidy = _tidy(f"{prefix.strip()}: {body}" if prefix else body)
    text = _downgraded(tidy)
    # Judged before characters are replaced, as the API documents it.
    if not tidy.isascii() and _has_welsh(tidy):
        return SmsText(text, "UCS-2", _parts(len(text), *_ROOM["UCS-2"]))
    return SmsText(text, "GSM-7", _parts(len(text) + len(_extensions_in(text)), *_ROOM["GSM-7"]))


def character_count(sent: str) -> int:
    """Return the length that is limited, of a text as it is sent: allowed characters count one."""
    return len(sent)


def template_character_count(parsed: Parsed) -> int:
    """Return the length of a template whose placeholders are all empty."""
    literal = "".join(part for part in parsed.parts if not isinstance(part, Placeholder))
    return character_count(_downgraded(_tidy(literal)))


def _tidy(text: str) -> str:
    if _is_allowed(text) and not any(bad in text for bad in _UNTIDY):
        return text.strip()
    text = _SPACE_BEFORE_PUNCTUATION.sub("", text)
    lines = [" ".join(line.translate(_INVISIBLE).split()) for line in text.splitlines()]
    return _MANY_LINE_BREAKS.sub("\n\n", "\n".join(lines)).strip()


def _downgraded(text: str) -> str:
    return text if _is_allowed(text) else text.translate(_DOWNGRADE)


def _parts(length: int, room_alone: int, room_in_parts: int) -> int:
    return 1 if length <= room_alone else -(-length // room_in_parts)
