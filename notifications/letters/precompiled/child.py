"""The process in which a letter's PDF is opened: without secrets, and with little to take.

It reads one line of JSON and the PDF, and writes one line of JSON and, if it has passed, the PDF as
it is printed. A file that breaks it breaks nothing else.
"""

import json
import logging
import resource
import sys
from typing import Any, BinaryIO, Final

from pypdf.errors import PyPdfError

from notifications.letters.precompiled.checks import (
    UNREADABLE,
    Refused,
    check_document,
)
from notifications.letters.precompiled.document import Document, Unreadable
from notifications.letters.precompiled.finish import finish

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


def main(source: BinaryIO, target: BinaryIO) -> None:
    """Answer one request."""
    _limit(resource.RLIMIT_AS, MAX_MEMORY)
    # The second limit kills like a system without memory would: it must not be the first to come.
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_PROCESSOR_SECONDS, MAX_PROCESSOR_SECONDS + 5))
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    # What libraries say of a file quotes it.
    logging.disable()
    wanted = json.loads(source.readline())
    found, finished = answer(source.read(), **wanted)
    target.write(json.dumps(found).encode() + b"\n" + finished)
    target.flush()


def _found(message: str, invalid_pages: Any = (), page_count: int | None = None) -> dict[str, Any]:
    return {
        "message": message,
        "invalid_pages": list(invalid_pages),
        "page_count": page_count,
    }


def _limit(what: int, value: int) -> None:
    resource.setrlimit(what, (value, value))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
