"""Know the characters that people paste without seeing them, and what can stand in for them."""

import unicodedata

ZERO_WIDTH = "\u180e\u200b\u200c\u200d\u2060\ufeff"
LINE_SEPARATORS = "\u2028\u2029"
WIDE_SPACES = "\u00a0\u202f"
# What old devices and office programs end lines with.
OLD_LINE_BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85"
# Embeddings, overrides and isolates: they turn round what stands after them.
# Source: Unicode Standard Annex 9, section 2.
BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# All that are neither a tab nor a line break: terminals obey them, people never see them.
CONTROLS = "".join(
    character
    for character in map(chr, [*range(0x20), *range(0x7F, 0xA0)])
    if character not in f"\t\n\r{OLD_LINE_BREAKS}"
)

# Source: the API contract, characters replaced in text messages.
REPLACEMENTS = {
    **dict.fromkeys("\u2011\u2013\u2014\u2212", "-"),
    "\u2026": "...",
    **dict.fromkeys("\u2018\u2019\u201a", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys(WIDE_SPACES + "\t", " "),
    **dict.fromkeys(ZERO_WIDTH + LINE_SEPARATORS, ""),
    "\u0141": "L",
    "\u0142": "l",
}

_OBSCURE = dict.fromkeys(map(ord, ZERO_WIDTH + LINE_SEPARATORS + WIDE_SPACES))
_ASCII = frozenset(map(chr, range(128)))


def remove_obscure(text: str) -> str:
    """Return the text without white space that nobody typed on purpose."""
    return text if text.isascii() else text.translate(_OBSCURE)


def closest(character: str, allowed: frozenset[str]) -> str:
    """Return the character if it is allowed, else the nearest allowed text, or ``?``."""
    if character in allowed:
        return character
    decomposition = unicodedata.decomposition(character)
    if decomposition and not decomposition.startswith("<"):
        base = chr(int(decomposition.split()[0], 16))
        return base if base in allowed else "?"
    return REPLACEMENTS.get(character, "?")


class Closest(dict[int, str]):
    """A table for ``str.translate``: the closest allowed text, worked out when first met."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__()
        self._allowed = allowed

    def __missing__(self, code_point: int) -> str:
        replacement = closest(chr(code_point), self._allowed)
        if code_point < 0x10000:  # bounds the memory that strange texts can take
            self[code_point] = replacement
        return replacement


_IN_ASCII = Closest(_ASCII)


def to_ascii(text: str) -> str:
    """Replace every character outside ASCII by its closest one."""
    return text if text.isascii() else text.translate(_IN_ASCII)
