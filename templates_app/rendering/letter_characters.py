"""Tell which characters the font of letters lacks: they would be printed as empty boxes."""

import unicodedata
from collections.abc import Iterable

from templates_app.rendering.letter_print import characters_of_font

# Line breaks, marks of direction and the like are not drawn.
_NOT_DRAWN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def unprintable(*texts: str) -> list[str]:
    """Return the characters of some texts that cannot be printed, each once, in their order."""
    return list(dict.fromkeys(_unprintable("".join(texts))))


def _unprintable(text: str) -> Iterable[str]:
    if text.isascii():
        return
    known = characters_of_font()
    for character in text:
        is_drawn = unicodedata.category(character) not in _NOT_DRAWN
        if is_drawn and ord(character) not in known:
            yield character
