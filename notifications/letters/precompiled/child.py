"""The process in which a letter's PDF is opened: without secrets, and with little to take.

It reads one line of JSON and the PDF, and writes one line of JSON and what was made of the PDF: the
letter as it is printed, or a picture of a page. A file that breaks it breaks nothing else.
"""

import sys
from typing import Any, BinaryIO, Final

from pypdf.errors import PyPdfError

from notifications.letters.pdf_document import Document, Unreadable
from notifications.letters.pictures import NoPicture, page_png
from notifications.letters.precompiled.checks import (
    Refused,
    check_document,
)
from notifications.letters.precompiled.finish import finish
from notify_project.separate_process import serve
from templates_app.rendering.letter_pages import UNREADABLE

# Ten pages of pictures take a quarter of it, and some seconds.
MAX_MEMORY: Final = 1024 * 1024 * 1024
MAX_PROCESSOR_SECONDS: Final = 20


def answer(pdf: bytes, *, international: bool, reference: str | None) -> tuple[Any, bytes]:
    """Check a letter, and make it ready for the printer.

    Args:
        pdf: what came.
        international: it may go to another country.
        reference: drawn as a code; None: the printer adds it.

    Returns:
        What was found, and the letter as it is printed; nothing if it is refused.
    """
    document = None
    try:
        document = Document(pdf)
        address = check_document(document, international=international)
        finished = finish(document, address, reference=reference)
    except Refused as error:
        return _found(error.code, error.invalid_pages, error.page_count), b""
    except (Unreadable, PyPdfError, MemoryError, RecursionError):
        return _found(UNREADABLE), b""
    finally:
        if document is not None:
            document.close()
    found = _found("", page_count=document.page_count)
    return found | {"address": address.lines, "postage": address.postage}, finished


def draw(pdf: bytes, *, page: int, overlay: bool) -> tuple[Any, bytes]:
    """Draw a page of a letter.

    Args:
        pdf: what came, or is printed.
        page: from 1.
        overlay: mark what is outside of the printable areas.

    Returns:
        Nothing that is wrong and a picture, or what is wrong.
    """
    try:
        return _found(""), page_png(pdf, page, overlay=overlay)
    except (NoPicture, Unreadable, MemoryError):
        return _found(UNREADABLE), b""


def main(source: BinaryIO, target: BinaryIO) -> None:
    """Answer one request."""
    serve(_do, source, target, memory=MAX_MEMORY, processor_seconds=MAX_PROCESSOR_SECONDS)


def _do(wanted: dict[str, Any], pdf: bytes) -> tuple[Any, bytes]:
    work = draw if "page" in wanted else answer
    return work(pdf, **wanted)


def _found(message: str, invalid_pages: Any = (), page_count: int | None = None) -> dict[str, Any]:
    return {
        "message": message,
        "invalid_pages": list(invalid_pages),
        "page_count": page_count,
    }


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
