"""What is printed over the first page: the address again, the tag, and a code if one is drawn."""

import importlib
import io
from pathlib import Path
from typing import Any, Final

import segno
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from notifications.letters.geometry import (
    CODE,
    INK_TOLERANCE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    POINTS_PER_MM,
    TAG_AT,
    TAG_WORD,
    WINDOW,
)

_FONT: Final = "Arimo"
# Source: the API contract, page geometry of letters.
_ADDRESS_SIZE, _ADDRESS_LEADING = 8.0, 8.5
_TAG_SIZE: Final = 6.0
# The printer's own line stands at the top of the window.
_KEPT_FOR_MAIL_MARK: Final = 2.5
# Source: as letters from templates have it.
_CODE_TEXT_SIZE: Final = 3.2
_WHITE, _BLACK = (0, 0, 0, 0), (0, 0, 0, 1)
# Of a size: how far the tops of letters rise above their line, in the font.
_ASCENT: Final = 0.905


def overprint(address: tuple[str, ...], *, with_tag: bool, reference: str | None) -> bytes:
    """Return one page, in the inks of a printer, to be laid over the first one.

    Args:
        address: its lines; none: the address stays as it is.
        with_tag: the word by which machines know a first page.
        reference: drawn as a code; None: the printer adds it.
    """
    _register_font()
    written = io.BytesIO()
    size = PAGE_WIDTH * POINTS_PER_MM, PAGE_HEIGHT * POINTS_PER_MM
    canvas = Canvas(written, pagesize=size, invariant=1, initialFontName=_FONT)
    if address:
        _print_address(canvas, address)
    if with_tag:
        canvas.setFillColorCMYK(*_WHITE)
        _print(canvas, TAG_WORD, at=TAG_AT, size=_TAG_SIZE)
    if reference is not None:
        _draw_code(canvas, reference)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def can_print(lines: tuple[str, ...]) -> bool:
    """Return whether the font has all characters of some lines."""
    _register_font()
    known = pdfmetrics.getFont(_FONT).face.charToGlyph
    return all(ord(character) in known for line in lines for character in line)


def _print_address(canvas: Canvas, lines: tuple[str, ...]) -> None:
    canvas.setFillColorCMYK(*_WHITE)
    erased = WINDOW.grown(INK_TOLERANCE)
    canvas.rect(
        erased.left * POINTS_PER_MM,
        (PAGE_HEIGHT - erased.bottom) * POINTS_PER_MM,
        erased.width * POINTS_PER_MM,
        erased.height * POINTS_PER_MM,
        stroke=0,
        fill=1,
    )
    canvas.setFillColorCMYK(*_BLACK)
    for number, line in enumerate(lines):
        top = WINDOW.top + _KEPT_FOR_MAIL_MARK + number * _ADDRESS_LEADING / POINTS_PER_MM
        _print(canvas, line, at=(WINDOW.left, top), size=_ADDRESS_SIZE, width=WINDOW.width)


def _print(
    canvas: Canvas,
    text: str,
    *,
    at: tuple[float, float],
    size: float,
    width: float | None = None,
) -> None:
    """Print a line; one that is wider than its room is made narrower."""
    left, top = at
    line = canvas.beginText(
        left * POINTS_PER_MM, (PAGE_HEIGHT - top) * POINTS_PER_MM - size * _ASCENT
    )
    line.setFont(_FONT, size)
    wanted = pdfmetrics.stringWidth(text, _FONT, size)
    if width is not None and wanted > width * POINTS_PER_MM:
        line.setHorizScale(100 * width * POINTS_PER_MM / wanted)
    line.textOut(text)
    canvas.drawText(line)


def _draw_code(canvas: Canvas, reference: str) -> None:
    rows = segno.make_qr(reference, error="m", boost_error=False).matrix
    side = CODE.width / len(rows)
    canvas.setFillColorCMYK(*_BLACK)
    for down, row in enumerate(rows):
        for across, is_dark in enumerate(row):
            if is_dark:
                canvas.rect(
                    (CODE.left + across * side) * POINTS_PER_MM,
                    (PAGE_HEIGHT - CODE.top - (down + 1) * side) * POINTS_PER_MM,
                    side * POINTS_PER_MM,
                    side * POINTS_PER_MM,
                    stroke=0,
                    fill=1,
                )
    _print(canvas, reference, at=(CODE.left, CODE.bottom), size=_CODE_TEXT_SIZE)


def _register_font() -> None:
    """Load the font when the first letter needs it."""
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        found: Any = importlib.import_module("fontpkg").path(_FONT)
        pdfmetrics.registerFont(TTFont(_FONT, str(Path(found))))
