"""Find the placeholders ``((name))`` and ``((name??text))`` of a template, and fill them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from templates_app.rendering.values import (
    Lists,
    Values,
    escape_html,
    is_showing,
    text_of,
    without_controls,
)

_PLACEHOLDER = re.compile(r"\(\(([^()]+)\)\)")
_PARSED_TEMPLATES_KEPT = 1024
# Source: the API contract, characters in emails.
_TAB_STOP = 4


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A gap in a template; a conditional one has the text that it shows or hides."""

    source: str
    name: str
    key: str
    optional_text: str | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A template's text, cut at its placeholders once and filled many times."""

    parts: tuple[str | Placeholder, ...]


@lru_cache(maxsize=_PARSED_TEMPLATES_KEPT)
def parse(content: str) -> Parsed:
    """Cut a template's text at its placeholders."""
    pieces = _PLACEHOLDER.split(content)
    parts: list[str | Placeholder] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            parts.append(_placeholder(piece))
        elif piece:
            parts.append(piece)
    return Parsed(tuple(parts))


@lru_cache(maxsize=10_000)
def key_of(name: str) -> str:
    """Return what names of the same field have in common."""
    return name.lower().replace(" ", "").replace("_", "").replace("-", "")


def names(*parsed: Parsed) -> tuple[str, ...]:
    """Return every field once, spelt and ordered as it first appears."""
    found: dict[str, str] = {}
    for one in parsed:
        for part in one.parts:
            if isinstance(part, Placeholder):
                found.setdefault(part.key, part.name)
    return tuple(found.values())


def missing(names: tuple[str, ...], values: Values) -> list[str]:
    """Return the names that have no value; an empty string is one, null is not."""
    given = {key_of(name): value for name, value in values.items()}
    return [name for name in names if given.get(key_of(name)) is None]


def reduce_personalisation(names: tuple[str, ...], values: Values) -> dict[str, object]:
    """Return only what the template uses; of two spellings of a name the later one wins."""
    wanted = {key_of(name) for name in names}
    winners = {key: name for name in values if (key := key_of(name)) in wanted}
    return {name: values[name] for name in winners.values()}


def fill(parsed: Parsed, values: Values, *, lists: Lists = "sentence", escape: bool = False) -> str:
    """Put the values in place, once; a placeholder without a value stays visible."""
    given = {key_of(name): value for name, value in values.items()}
    texts = [
        part if isinstance(part, str) else _filled(part, given.get(part.key), lists)
        for part in parsed.parts
    ]
    return "".join(map(escape_html, texts) if escape else texts)


def filled_markdown(parsed: Parsed, values: Values) -> str:
    """Return the Markdown of an email or a letter: values in place, lists as bullets.

    What nobody sees is left out, and tabs reach to the next of every fourth column.
    """
    text = without_controls(fill(parsed, values, lists="bullets"))
    return text.expandtabs(_TAB_STOP) if "\t" in text else text


def _placeholder(inside: str) -> Placeholder:
    name, condition, optional_text = inside.partition("??")
    return Placeholder(f"(({inside}))", name, key_of(name), optional_text if condition else None)


def _filled(placeholder: Placeholder, value: object, lists: Lists) -> str:
    if value is None:
        return placeholder.source
    if placeholder.optional_text is None:
        return text_of(value, lists)
    return placeholder.optional_text if is_showing(value) else ""
