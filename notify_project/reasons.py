"""Why somebody does something: asked for with every change by hand, and kept with the audit."""

from collections.abc import Iterable
from typing import Final

from notify_project.api.errors import BadRequest

FEWEST_CHARACTERS: Final = 3
MOST_CHARACTERS: Final = 500
UNSAID: Final = f"Say why, in {FEWEST_CHARACTERS} characters at least: it is kept"
# A number or an address that is shorter stands in words by chance.
_TELLING: Final = 5


class NoReason(BadRequest):
    """It is not said why, or in a way that cannot be kept."""


def require_reason(reason: str, *, naming: Iterable[str] = ()) -> str:
    """Return a reason as it is kept.

    Args:
        reason: as it was written.
        naming: recipients, which it must not contain.

    Raises:
        NoReason: the message says what is wrong with it.
    """
    kept = " ".join(reason.split())
    if sum(each.isprintable() and not each.isspace() for each in kept) < FEWEST_CHARACTERS:
        raise NoReason(UNSAID)
    if not kept.isprintable():
        raise NoReason("The reason has characters that nobody can see")
    if len(kept) > MOST_CHARACTERS:
        raise NoReason(f"A reason has at most {MOST_CHARACTERS} characters")
    told = _plain(kept)
    if any(len(_plain(each)) >= _TELLING and _plain(each) in told for each in naming):
        raise NoReason("The reason is kept, so it must not name who the message is for")
    return kept


def _plain(text: str) -> str:
    """Return a text as it is compared: the same number is written in many ways."""
    return "".join(each for each in text.casefold() if each.isalnum() or each == "@")
