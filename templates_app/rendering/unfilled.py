"""Show people what stands in the place of a value: a mark that it is hidden, or the placeholder.

A mark goes through rendering as a word that nobody can guess, and is put in its place last: so
it is marked in any dialect, and no value can look like one.
"""

import re
import secrets
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from templates_app.rendering.placeholders import Parsed, Placeholder, key_of
from templates_app.rendering.values import Values

# How people see a placeholder without a value.
Look = Literal["hidden", "highlighted"]

_HIDDEN = "<span class='placeholder-redacted'>hidden</span>"
_HIGHLIGHTED = "<span class='placeholder'>{source}</span>"
_PART = re.compile(r"(<[^>]*>)|[^<]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """What people see in the place of one value."""

    html: str
    plain: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A text in which nothing is left to fill in, and the marks to put into what becomes of it."""

    parsed: Parsed
    marks: dict[str, Mark] = field(repr=False)

    def in_html(self, rendered: str) -> str:
        """Put the marks into HTML; inside a tag, as in the target of a link, they are words."""
        in_tags = {word: escape(mark.plain) for word, mark in self.marks.items()}
        outside = {word: mark.html for word, mark in self.marks.items()}
        return _PART.sub(lambda part: _replace(part[0], in_tags if part[1] else outside), rendered)

    def in_plain(self, rendered: str) -> str:
        """Put the marks into plain text."""
        return _replace(rendered, {word: mark.plain for word, mark in self.marks.items()})


def mark_unfilled(parsed: Parsed, values: Values, look: Look) -> Marked:
    """Put a mark in the place of every placeholder that has no value."""
    given = {key_of(name) for name, value in values.items() if value is not None}
    secret = secrets.token_hex(8)
    parts: list[str | Placeholder] = []
    marks: dict[str, Mark] = {}
    for part in parsed.parts:
        if isinstance(part, str) or part.key in given:
            parts.append(part)
            continue
        word = f"x{secret}x{len(marks)}x"
        marks[word] = _mark(part, look)
        parts.append(word)
        if look == "highlighted" and part.optional_text is not None:
            parts.append(f"{part.optional_text}))")
    return Marked(Parsed(tuple(parts)), marks)


def _replace(text: str, replacements: dict[str, str]) -> str:
    for word, replacement in replacements.items():
        text = text.replace(word, replacement)
    return text


def _mark(placeholder: Placeholder, look: Look) -> Mark:
    if look == "hidden":
        return Mark(_HIDDEN, "[hidden]")
    is_plain = placeholder.optional_text is None
    source = placeholder.source if is_plain else f"(({placeholder.name}??"
    return Mark(_HIGHLIGHTED.format(source=escape(source)), source)
