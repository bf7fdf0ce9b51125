"""Have a PDF examined in a process of its own, which may die of it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from notify_project import separate_process
from notify_project.separate_process import DiedOfIt, NotAnswered
from templates_app.rendering.letter_pages import UNREADABLE

_CHILD = "notifications.letters.precompiled.child"
# The child has a fifth of it of a processor; a busy machine is not the file's fault.
MAX_SECONDS = 100


class NotExamined(Exception):
    """Nothing can be said of the file: the machine is too busy, or there is a bug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found in a letter.

    Attributes:
        message: why it is refused; empty: it is not.
        invalid_pages: where, from 1.
        page_count: None: it cannot be read.
        address: its lines.
        postage: that its country asks for.
        made: the letter as it is printed, or the picture; empty if there is none.
    """

    message: str
    invalid_pages: list[int]
    page_count: int | None
    address: tuple[str, ...] = ()
    postage: str | None = None
    made: bytes = b""


def examine(pdf: bytes, *, international: bool, reference: str | None) -> Findings:
    """Check a letter and make it ready for the printer, within limits of time and memory.

    Args:
        pdf: what came.
        international: it may go to another country.
        reference: drawn as a code; None: the printer adds it.

    Raises:
        NotExamined: try again.
    """
    return _ask(pdf, {"international": international, "reference": reference})


def draw_page(pdf: bytes, page: int, *, overlay: bool) -> bytes | None:
    """Return a picture of a page of a letter, as PNG; None if there is none.

    Args:
        pdf: whatever somebody sent.
        page: from 1.
        overlay: mark what is outside of the printable areas.

    Raises:
        NotExamined: try again.
    """
    return _ask(pdf, {"page": page, "overlay": overlay}).made or None


def _ask(pdf: bytes, wanted: dict[str, Any]) -> Findings:
    """Let a process of its own do something with a file."""
    try:
        found, made = separate_process.ask(
            _CHILD, wanted, pdf, folder=settings.BASE_DIR, seconds=MAX_SECONDS
        )
    except DiedOfIt:
        return Findings(message=UNREADABLE, invalid_pages=[], page_count=None)
    except NotAnswered as error:
        raise NotExamined(str(error)) from error
    return Findings(**found | {"address": tuple(found.get("address", ())), "made": made})
