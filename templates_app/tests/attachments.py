"""PDFs to attach to letters."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas


def pdf(*pages, size=A4):
    """Return a PDF; each page has texts, given as (left, top, text) in mm, or one in its middle."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=size)
    for texts in pages or ([(100, 150, "Map")],):
        for left, top, text in texts:
            canvas.drawString(left * mm, size[1] - top * mm, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()
