"""The process in which an attachment is opened: a file that breaks it breaks nothing else."""

import sys
from typing import Any, BinaryIO, Final

from pypdf.errors import PyPdfError

from notify_project.separate_process import serve
from templates_app.rendering.letter_pages import UNREADABLE
from templates_app.rendering.pdf_pages import PagesRefused, only_pages, require_pages

# Ten pages take a quarter of it, and a few seconds.
MAX_MEMORY: Final = 1024 * 1024 * 1024
MAX_PROCESSOR_SECONDS: Final = 10


def answer(_wanted: dict[str, Any], pdf: bytes) -> tuple[Any, bytes]:
    """Return why a file is refused and where, how many pages it has, and its pages."""
    try:
        pages = only_pages(pdf)
        return {"code": "", "pages": [], "count": require_pages(pages)}, pages
    except PagesRefused as error:
        return {"code": error.code, "pages": error.pages, "count": 0}, b""
    # What one library takes for a page, another need not.
    except (PyPdfError, MemoryError, RecursionError, ValueError, TypeError, AttributeError):
        return {"code": UNREADABLE, "pages": [], "count": 0}, b""


def main(source: BinaryIO, target: BinaryIO) -> None:
    """Answer one request."""
    serve(answer, source, target, memory=MAX_MEMORY, processor_seconds=MAX_PROCESSOR_SECONDS)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
