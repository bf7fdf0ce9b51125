"""A PDF as the printer would see it: its pages, their sizes, their pictures and their text."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image
from pypdf import PdfWriter

from notifications.letters.geometry import POINTS_PER_MM, Box

# Fine enough for half a millimetre of ink, and a page takes a hundredth of a second.
CHECK_DPI = 100
PRINT_DPI = 300
_POINTS_PER_INCH = 72
# Source: the API contract, letters that come as a PDF.
MAX_BYTES = 5 * 1024 * 1024
_NOT_ENCRYPTED = -1
# As machines write what they have read beneath the picture of it.
_INVISIBLE = pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
# Drawings within drawings.
_DEEPEST = 15


class Unreadable(Exception):
    """Not a PDF, or a broken, an encrypted or too large a one."""


class Document:
    """An open PDF; what lies on its pages, as notes and forms do, is part of them."""

    def __init__(self, pdf: bytes) -> None:
        """Open a file.

        Raises:
            Unreadable: it cannot be opened.
        """
        if len(pdf) > MAX_BYTES:
            raise Unreadable
        try:
            self._opened = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError as error:
            raise Unreadable from error
        if pdfium_c.FPDF_GetSecurityHandlerRevision(self._opened) != _NOT_ENCRYPTED:
            raise Unreadable
        self.page_count = len(self._opened)
        if not self.page_count:
            raise Unreadable

    def close(self) -> None:
        """Let go of it."""
        self._opened.close()

    def flatten(self) -> None:
        """Draw notes and fields of forms onto their pages, as they are printed; turn pages upright.

        Raises:
            Unreadable: that cannot be done.
        """
        self._draw_notes()
        if any(page.get_rotation() for page in self._opened):
            turned = _upright(self.saved())
            self._opened.close()
            self._opened = pdfium.PdfDocument(turned)

    def _draw_notes(self) -> None:
        for number in range(1, self.page_count + 1):
            with self._page(number) as page:
                if pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_PRINT) == pdfium_c.FLATTEN_FAIL:
                    raise Unreadable

    def size_of(self, number: int) -> tuple[float, float]:
        """Return width and height of a page in millimetres, as it is looked at."""
        with self._page(number) as page:
            width, height = page.get_size()
        return width / POINTS_PER_MM, height / POINTS_PER_MM

    def picture_of(self, number: int, *, dots_per_inch: int) -> Image.Image:
        """Return a picture of a page."""
        with self._page(number) as page:
            bitmap = page.render(
                scale=dots_per_inch / _POINTS_PER_INCH, draw_annots=True, rev_byteorder=True
            )
            picture: Image.Image = bitmap.to_pil().copy()
            bitmap.close()
        return picture.convert("RGB")

    def text_in(self, number: int, box: Box) -> str:
        """Return the text of a part of a page that is upright, visible or not."""
        with self._page(number) as page:
            text = page.get_textpage()
            try:
                return str(text.get_text_bounded(*_on_canvas(page, box)))
            finally:
                text.close()

    def has_all_fonts(self, number: int) -> bool:
        """Return whether the file has the font of all visible text of a page."""
        with self._page(number) as page:
            return all(
                pdfium_c.FPDFFont_GetIsEmbedded(pdfium_c.FPDFTextObj_GetFont(text)) == 1
                for text in page.get_objects([pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=_DEEPEST)
                if pdfium_c.FPDFTextObj_GetTextRenderMode(text) != _INVISIBLE
            )

    def saved(self) -> bytes:
        """Return what it has become."""
        written = io.BytesIO()
        self._opened.save(written)
        return written.getvalue()

    @contextmanager
    def _page(self, number: int) -> Iterator[pdfium.PdfPage]:
        try:
            page = self._opened[number - 1]
        except pdfium.PdfiumError as error:
            raise Unreadable from error
        try:
            yield page
        except pdfium.PdfiumError as error:
            raise Unreadable from error
        finally:
            page.close()


def _on_canvas(page: pdfium.PdfPage, box: Box) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of a box where the page's content is drawn.

    A page need not begin at zero.
    """
    left, _, _, top = page.get_bbox()
    near, above, far, below = (
        value * POINTS_PER_MM for value in (box.left, box.top, box.right, box.bottom)
    )
    return left + near, top - below, left + far, top - above


def _upright(pdf: bytes) -> bytes:
    """Return a file in which what was turned by a mark on its page is turned by its content."""
    try:
        writer = PdfWriter(clone_from=io.BytesIO(pdf))
        for page in writer.pages:
            if page.rotation:
                page.transfer_rotation_to_content()
        written = io.BytesIO()
        writer.write(written)
    except Exception as error:
        raise Unreadable from error
    return written.getvalue()
