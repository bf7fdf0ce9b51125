"""Take out of a provider's answer what is the recipient's, or secret. Pure."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any, Final
from urllib.parse import unquote_plus

HIDDEN: Final = "•••"
# What is longer is cut before anything is looked for in it.
_MAX_READ: Final = 2_000
_MAX_VALUES: Final = 200
# Shorter pieces of a word are in too many others.
_SHORTEST_PIECE: Final = 4
# Fields of messages that are no secret: they would take the outcome out of the answer. The HTML of
# an email says what its plain text says.
_NOT_SECRET: Final = frozenset({"id", "message_id", "from_address", "from_name", "html"})
# Whoever repeats a message repeats its beginning.
_MAX_CONTENT: Final = 20_000

_EMAIL = re.compile(r"[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:]{1,255}")
# Seven digits are a number that somebody could be called at.
_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ ().-]?\d){6,}(?![\w-])")
# A code that holds something, such as the message in base64; a UUID is shorter.
_BLOB = re.compile(r"[A-Za-z0-9+/=_.-]{41,}")
_WORD = re.compile(r"\w+")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an answer must not tell.

    Attributes:
        values: texts that are taken out wherever they stand.
        words: of them, each by itself.
        pairs: neighbouring words of the message.
        digits: of numbers, from seven on.
    """

    values: tuple[str, ...]
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    digits: frozenset[str]


def secrets_of(message: Any, values: Any, keys: Iterable[str]) -> Secrets:
    """Return what an answer about a message must not tell.

    Args:
        message: as it was handed over.
        values: that the message was made with.
        keys: of the provider's account.
    """
    texts = [text for text in _texts(values) if text][:_MAX_VALUES]
    whole = list(_fields(message))
    words = frozenset(word for text in texts for word in _words(text))
    numbers = ("".join(filter(str.isdecimal, text)) for text in (*texts, *whole))
    return Secrets(
        values=tuple(sorted({*texts, *whole, *filter(None, keys)}, key=len, reverse=True)),
        words=words,
        pairs=frozenset(pair for text in whole for pair in _pairs(_words(text))),
        digits=frozenset(number for number in numbers if 7 <= len(number) <= 20),
    )


def scrub(answer: str, secrets: Secrets, *, limit: int) -> str:
    """Return the beginning of an answer without what it must not tell.

    Args:
        answer: as it came.
        secrets: of the message.
        limit: how many characters at most.
    """
    # Before values are taken out, which would part words that stand side by side in the message.
    text = _without_words(_one_line(_decoded(answer[:_MAX_READ])), secrets)
    for value in secrets.values:
        text = _without(text, value)
    text = _EMAIL.sub(HIDDEN, text)
    for number in secrets.digits:
        # The same number with another prefix, or with spaces.
        text = re.sub(r"\D?".join(number[-7:]), HIDDEN, text)
    text = _NUMBER.sub(HIDDEN, text)
    return _BLOB.sub(HIDDEN, text)[:limit]


def _decoded(text: str) -> str:
    """Undo the ways in which answers quote: of JSON, HTML and forms, also one in the other."""
    for _ in range(2):
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.replace("\\n", " ").replace("\\r", " ").replace("\\t", " ").replace("\\/", "/")
        text = html.unescape(text)
        if "%" in text:
            text = unquote_plus(text, errors="replace")
    return text


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _without(text: str, value: str) -> str:
    value = _one_line(value)
    if not value or len(value) > len(text):
        return text
    # A short value is one only where it stands by itself; "a" is in every word.
    edge = (r"(?<!\w)", r"(?!\w)") if len(value) < _SHORTEST_PIECE else ("", "")
    pattern = f"{edge[0]}{re.escape(value)}{edge[1]}"
    return re.sub(pattern, HIDDEN, text, flags=re.IGNORECASE)


def _without_words(text: str, secrets: Secrets) -> str:
    found = list(_WORD.finditer(text))
    folded = [match[0].casefold() for match in found]
    hidden = {place for place, word in enumerate(folded) if _is_secret(word, secrets.words)}
    for place, pair in enumerate(_pairs(folded)):
        if pair in secrets.pairs:
            hidden |= {place, place + 1}
    for place in sorted(hidden, reverse=True):
        begin, end = found[place].span()
        text = f"{text[:begin]}{HIDDEN}{text[end:]}"
    return text


def _is_secret(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    return len(word) >= _SHORTEST_PIECE and any(each.startswith(word) for each in words)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    return pairwise(words)


def _fields(message: Any) -> Iterator[str]:
    if not is_dataclass(message):
        return
    for each in fields(message):
        value = getattr(message, each.name)
        if isinstance(value, str) and value and each.name not in _NOT_SECRET:
            yield value[:_MAX_CONTENT]


def _texts(values: Any) -> Iterator[str]:
    """Yield the texts in values, however deep, as people would write them."""
    if isinstance(values, dict):
        for value in values.values():
            yield from _texts(value)
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _texts(value)
    elif isinstance(values, str):
        yield values.strip()[:_MAX_CONTENT]
    elif values is not None and not isinstance(values, bool):
        yield str(values)
