"""Set text as a typographer would: curly quotes, dashes, no space before a comma."""

import re

from smartypants import convert_quotes  # type: ignore[import-untyped]  # the package has no types

_SPACE_BEFORE_PUNCTUATION = re.compile(r"(?<![ \t])[ \t]+(?=[,.])")
_DASH = re.compile(r"(?<!\s)\s+[-–—]{1,3}\s+")
_WORD_WITH_AT = re.compile(r"(?<!\S)[^\s@]*+@\S*")
_OPENING, _CLOSING = "\u2018", "\u2019"
_CURLY = {"&#8216;": _OPENING, "&#8217;": _CLOSING, "&#8220;": "“", "&#8221;": "”"}
_APOSTROPHE = re.compile(r"(?<=\w)'(?=[^\W\d_])")
_CURLY_ENTITY = re.compile("|".join(_CURLY))


def typographic(text: str, *, before: str = "") -> str:
    """Return text with curly quotes and dashes; ``before`` is what stands in front of it."""
    return _with_dashes(curl_quotes(_without_spaces(text), before=before))


def tidy_spacing(text: str) -> str:
    """Remove spaces before commas and full stops, and make lonely hyphens dashes."""
    return _with_dashes(_without_spaces(text))


def curl_quotes(text: str, *, before: str = "") -> str:
    """Make straight quotes curly, except single ones in email addresses."""
    if "'" in text:  # most are apostrophes, and the library takes long over them
        text = _APOSTROPHE.sub(_CLOSING, text)
    if '"' in text or "'" in text:
        text = _curled(text, before)
    return _WORD_WITH_AT.sub(_with_straight_quotes, text) if "@" in text else text


def _without_spaces(text: str) -> str:
    if " ," in text or " ." in text or "\t" in text:
        return _SPACE_BEFORE_PUNCTUATION.sub("", text)
    return text


def _with_dashes(text: str) -> str:
    if "- " in text or "–" in text or "—" in text or "-\n" in text:
        return _DASH.sub(" – ", text)
    return text


def _curled(text: str, before: str) -> str:
    if text in {'"', "'"} and before and not before[-1].isspace():
        return "”" if text == '"' else _CLOSING
    return _CURLY_ENTITY.sub(lambda match: _CURLY[match[0]], convert_quotes(text))


def _with_straight_quotes(match: re.Match[str]) -> str:
    return match[0].replace(_OPENING, "'").replace(_CLOSING, "'")
