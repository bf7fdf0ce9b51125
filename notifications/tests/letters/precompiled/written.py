"""Letters as PDF, good ones and others."""

import importlib
import io

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
A4 = 210, 297
ADDRESS = ("Jo Bloggs", "1 High Street", "SW1A 2AA")
FONT = "LetterTest"


def register():
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(importlib.import_module("fontpkg").path("Arimo"))))


def put(canvas, left, top, text, *, size=10, height=297, colour=(0, 0, 0), font=FONT):
    """Print a line whose top left corner is at a place, in millimetres."""
    canvas.setFillColorRGB(*colour)
    canvas.setFont(font, size)
    canvas.drawString(left * MM, (height - top) * MM - size, text)


def letter(
    *, pages=1, address=ADDRESS, size=A4, extra=None, tags=(), font=FONT, encrypt=None, body=True
):
    """Return a letter.

    `extra(canvas, page)` draws more; `tags` are the pages with a tag.
    """
    register()
    written = io.BytesIO()
    width, height = size
    canvas = Canvas(
        written,
        pagesize=(width * MM, height * MM),
        encrypt=encrypt,
        initialFontName=FONT,
        invariant=1,
    )
    for page in range(1, pages + 1):
        if page == 1:
            for number, line in enumerate(address):
                put(canvas, 25, 41 + 4 * number, line, height=height, font=font)
        if body:
            put(canvas, 20, 100, f"This is page {page}.", height=height, font=font)
        if page in tags:
            put(canvas, 1.8, 1.8, "NOTIFY", size=6, height=height, colour=(1, 1, 1))
        if extra:
            extra(canvas, page)
        canvas.showPage()
    canvas.save()
    return written.getvalue()
