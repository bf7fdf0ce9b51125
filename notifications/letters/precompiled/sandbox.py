"""Have a PDF examined in a process of its own, which may die of it."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from notifications.letters.precompiled.checks import UNREADABLE

_CHILD = "notifications.letters.precompiled.child"
# The child has a fifth of it of a processor; a busy machine is not the file's fault.
MAX_SECONDS = 100
# Signs that the file was too much for it: crashes of libraries, and no time left.
_DIED_OF_IT = frozenset(
    {
        signal.SIGSEGV,
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGTRAP,
        signal.SIGXCPU,
    }
)


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
        ended = subprocess.run(  # noqa: S603 - a module of ours
            [sys.executable, "-m", _CHILD],
            input=json.dumps(wanted).encode() + b"\n" + pdf,
            stdout=subprocess.PIPE,
            # What libraries say of a file quotes it.
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            # None of our secrets.
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotExamined(f"not done after {MAX_SECONDS} seconds") from error
    if -ended.returncode in _DIED_OF_IT:
        return Findings(message=UNREADABLE, invalid_pages=[], page_count=None)
    if ended.returncode:
        raise NotExamined(f"ended with {ended.returncode}")
    found, _, made = ended.stdout.partition(b"\n")
    return _read(json.loads(found), made)


def _read(found: dict[str, Any], made: bytes) -> Findings:
    return Findings(**found | {"address": tuple(found.get("address", ())), "made": made})
