"""Find rows whose message cannot be sent, rendering only those that come near a limit."""

from collections import Counter
from collections.abc import Iterator, Mapping

from notifications.spreadsheets.problems import Kind, Problem
from notifications.spreadsheets.template import LETTER, SMS, Template
from templates_app.rendering.email import email_body
from templates_app.rendering.letter import overlong_qr_code
from templates_app.rendering.letter_qr_codes import MAX_QR_CODE_BYTES, size_of
from templates_app.rendering.placeholders import Parsed, Placeholder
from templates_app.rendering.sms import (
    MAX_CHARACTERS,
    character_count,
    sms_body,
    template_character_count,
)

# Source: the API contract, errors of rows.
TOO_LONG = "Message is too long"
EMPTY = "No content for this message"
QR_CODE_TOO_LONG = "Cannot create a usable QR code - the link is too long"

# What one character of a value can become in a text, and what joins the items of a list.
_MAX_GROWTH = 3
_JOINT = 5


class ContentCheck:
    """Judges the message that each row makes of one template."""

    def __init__(self, template: Template) -> None:
        self._type = template.template_type
        self._parsed = template.parsed_content
        self._welsh = template.parsed_welsh_content
        self._says_something = template_character_count(self._parsed) > 0
        source = template.content.strip()
        self._is_all_values = source.startswith("((") and source.endswith("))")
        self._room, self._uses = _room(self._parsed)

    def problems(self, values: Mapping[str, object]) -> Iterator[Problem]:
        """Yield what is wrong with the message of a row."""
        if self._type == SMS:
            if not self._says_something or self._may_be_too_long(values):
                yield from self._problems_of_text(values)
            return
        if self._is_all_values and not email_body(self._parsed, values).strip():
            yield _EMPTY
        if self._type == LETTER and (data := self._overlong_qr_code(values)) is not None:
            excess = size_of(data) - MAX_QR_CODE_BYTES
            advice = f"Shorten the link of the QR code by {_counted(excess, 'byte')}"
            yield Problem(Kind.QR_CODE, QR_CODE_TOO_LONG, advice=advice)

    def _overlong_qr_code(self, values: Mapping[str, object]) -> str | None:
        """Return the first, in the order of the pages: Welsh come before English ones."""
        pages = filter(None, (self._welsh, self._parsed))
        codes = (overlong_qr_code(parsed, values) for parsed in pages)
        return next((code for code in codes if code is not None), None)

    def _may_be_too_long(self, values: Mapping[str, object]) -> bool:
        length = sum(map(_length, values.values()))
        return length * self._uses * _MAX_GROWTH > self._room

    def _problems_of_text(self, values: Mapping[str, object]) -> Iterator[Problem]:
        length = character_count(sms_body(self._parsed, values))
        if not length:
            yield _EMPTY
        elif length > MAX_CHARACTERS:
            advice = f"Shorten the message by {_counted(length - MAX_CHARACTERS, 'character')}"
            yield Problem(Kind.TOO_LONG, TOO_LONG, advice=advice)


_EMPTY = Problem(Kind.EMPTY, EMPTY, advice="Enter a value that gives the message some content")


def _room(parsed: Parsed) -> tuple[int, int]:
    """Return how much the values may add to a text at most, and how often one is used."""
    fixed = 0
    uses: Counter[str] = Counter()
    for part in parsed.parts:
        if isinstance(part, Placeholder):
            uses[part.key] += part.optional_text is None
            fixed += len(part.source)
        else:
            fixed += len(part)
    return MAX_CHARACTERS - fixed * _MAX_GROWTH, max(uses.values(), default=0)


def _length(value: object) -> int:
    if isinstance(value, list):
        return sum(len(item or "") + _JOINT for item in value)
    return len(str(value))


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
