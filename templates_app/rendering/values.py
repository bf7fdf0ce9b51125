"""Turn the values of a request into text, and text into safe HTML."""

import re
from collections.abc import Mapping
from html import unescape
from html.entities import html5
from typing import Literal

from notify_project.recipients.characters import CONTROLS, OLD_LINE_BREAKS, remove_obscure

Lists = Literal["sentence", "bullets"]
Values = Mapping[str, object]

# Source: the API contract, conditional placeholders.
_SHOWING = frozenset({"yes", "y", "true", "t", "1", "include", "show"})
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,30});")
_MARKUP = re.compile(r"&(?:nbsp|amp);|[&<>]")
_NOT_TEXT = frozenset(CONTROLS + OLD_LINE_BREAKS)
# Source: the API contract, characters in emails: line separator and Hangul filler.
_IN_BODY = {
    **dict.fromkeys(map(ord, "\u2028\u3164" + CONTROLS)),
    **dict.fromkeys(map(ord, OLD_LINE_BREAKS), "\n"),
}
_has_unwanted = re.compile(f"[{re.escape(''.join(map(chr, _IN_BODY)))}]").search
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def text_of(value: object, lists: Lists) -> str:
    """Return a value as it stands in the message."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _list_text(value, lists)
    return str(value)


def is_showing(value: object) -> bool:
    """Say whether a value shows the optional text of its placeholder."""
    return text_of(value, "sentence").lower() in _SHOWING


def without_controls(text: str) -> str:
    """Return the text of an email without what nobody sees; line breaks of any age become one."""
    return text.translate(_IN_BODY) if _has_unwanted(text) else text


def keep_references(text: str) -> str:
    """Return what shows the character references in a text as they are written."""
    return _REFERENCE.sub(lambda match: f"&amp;{match[0][1:]}", text) if "&" in text else text


def decode_references(text: str) -> str:
    """Replace character references that end in a semicolon."""
    return _REFERENCE.sub(_decoded, text) if "&" in text else text


def escape_html(text: str) -> str:
    """Escape text for HTML; references in it are decoded first, so that none is escaped twice."""
    if "&" in text:
        text = _REFERENCE.sub(_decoded_unless_kept, text)
    return _MARKUP.sub(_escaped, text)


def _list_text(items: list[object], lists: Lists) -> str:
    texts = [text for item in items if item is not None and (text := _item_text(item))]
    if lists == "bullets":
        return "".join(["\n\n", "\n".join(f"* {text}" for text in texts)]) if texts else ""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def _item_text(item: object) -> str:
    return remove_obscure(str(item)).strip()


def _decoded(match: re.Match[str]) -> str:
    reference = match[0]
    is_known = reference[1] == "#" or reference[1:] in html5
    text = unescape(reference) if is_known else reference
    return "" if text in _NOT_TEXT else text


def _decoded_unless_kept(match: re.Match[str]) -> str:
    return match[0] if match[0] in {"&nbsp;", "&amp;"} else _decoded(match)


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], match[0])
