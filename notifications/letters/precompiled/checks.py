"""What a letter that comes as a PDF must be like; the first thing that is wrong refuses it."""

from collections.abc import Sequence

from notifications.letters.geometry import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SIZE_TOLERANCE,
    TAG,
    TAG_WORD,
    WINDOW,
    WINDOW_TOLERANCE,
)
from notifications.letters.ink import ink_outside
from notifications.letters.pdf_document import CHECK_DPI, Document
from notify_project.recipients.postal import (
    InvalidAddress,
    PostalAddress,
    parse_address,
    require_real_address,
)
from templates_app.rendering.letter_pages import MAX_PAGES

# Source: the API contract, codes of letters that come as a PDF; those of addresses are their own.
TOO_LONG = "letter-too-long"
NOT_A4 = "letter-not-a4-portrait-oriented"
OUTSIDE = "content-outside-printable-area"
TAG_FOUND = "notify-tag-found-in-content"


class Refused(Exception):
    """A letter cannot be printed.

    ``code`` says why, ``invalid_pages`` where, from 1; ``page_count`` is None if it cannot be read.
    """

    def __init__(
        self, code: str, invalid_pages: Sequence[int] = (), page_count: int | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.invalid_pages = list(invalid_pages)
        self.page_count = page_count


def check_document(document: Document, *, international: bool) -> PostalAddress:
    """Check a letter, and return its address as it will be printed.

    Args:
        document: the letter.
        international: it may go to another country.

    Raises:
        Refused: with the first reason, in the order that the API promises.
        Unreadable: a page cannot be read.
    """
    pages = document.page_count
    if pages > MAX_PAGES:
        raise Refused(TOO_LONG, (), pages)
    _require_none(NOT_A4, [n for n in _numbers(document) if not _is_a4(document, n)], pages)
    document.flatten()
    _require_none(OUTSIDE, [n for n in _numbers(document) if _reaches_out(document, n)], pages)
    later = [n for n in _numbers(document)[1:] if count_tags(document, n)]
    _require_none(TAG_FOUND, later, pages)
    address = read_address(document)
    try:
        require_real_address(address, international=international)
    except InvalidAddress as error:
        raise Refused(error.code, [1], pages) from error
    return address


def count_tags(document: Document, number: int) -> int:
    """Return how often the word by which machines know a first page stands in its place."""
    return document.text_in(number, TAG).count(TAG_WORD)


def read_address(document: Document) -> PostalAddress:
    """Return the address in the window of the first page, however wrong it may be."""
    return parse_address(document.text_in(1, WINDOW.grown(WINDOW_TOLERANCE)))


def _numbers(document: Document) -> range:
    return range(1, document.page_count + 1)


def _require_none(code: str, invalid_pages: list[int], page_count: int) -> None:
    if invalid_pages:
        raise Refused(code, invalid_pages, page_count)


def _is_a4(document: Document, number: int) -> bool:
    width, height = document.size_of(number)
    return abs(width - PAGE_WIDTH) <= SIZE_TOLERANCE and abs(height - PAGE_HEIGHT) <= SIZE_TOLERANCE


def _reaches_out(document: Document, number: int) -> bool:
    picture = document.picture_of(number, dots_per_inch=CHECK_DPI)
    return ink_outside(picture, number, dots_per_inch=CHECK_DPI) is not None
