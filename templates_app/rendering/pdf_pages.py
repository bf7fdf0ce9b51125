"""Check pages that others made, and put files together."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium_c
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import NameObject, RectangleObject

from templates_app.rendering.letter_document import TAG
from templates_app.rendering.letter_pages import MAX_PAGES, UNREADABLE

_POINTS_OF_A_MM = 72 / 25.4
# Source: the API contract, other letters: A4 upright, 2 mm more or less; printable from 15, 5 to
# 195, 292 mm, and 1 mm more on every side.
_WIDTH, _HEIGHT, _TOLERANCE = 210, 297, 2
_PRINTABLE = (14, 4, 196, 293)
_TAG_AREA = (17, 8)
_SCALE = 2.0
_WHITE = 255
_NOT_ENCRYPTED = -1
_BOXES = ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox")
# All that is printed; links, scripts, files and what programs note for themselves are not.
_KEPT = frozenset({"/Type", "/Contents", "/Resources", "/Group", *_BOXES})


class PagesRefused(Exception):
    """Pages that cannot be printed.

    Attributes:
        code: why, as the API says it.
        pages: which, counted from one; none where it is the whole file.
    """

    def __init__(self, code: str, pages: tuple[int, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.pages = code, pages


def only_pages(pdf: bytes) -> bytes:
    """Return a new file with nothing in it but pages, upright and beginning at zero.

    Notes and fields of forms are drawn onto their page, as they are printed.

    Raises:
        PagesRefused: it cannot be read, is encrypted, or has too many pages.
    """
    with _opened(pdf) as document:
        if pdfium_c.FPDF_GetSecurityHandlerRevision(document) != _NOT_ENCRYPTED:
            raise PagesRefused(UNREADABLE)
        for page in document:
            if pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_PRINT) == pdfium_c.FLATTEN_FAIL:
                raise PagesRefused(UNREADABLE)
            page.close()
        drawn = BytesIO()
        document.save(drawn)
    writer = PdfWriter()
    for page in PdfReader(drawn).pages:
        _add(writer, page)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def require_pages(pdf: bytes) -> int:
    """Check the pages of an attachment, and return how many there are.

    Raises:
        PagesRefused: the first reason why they cannot be printed.
    """
    with _opened(pdf) as document:
        _require_each(document)
        return len(document)


def joined(first: bytes, second: bytes) -> bytes:
    """Return the pages of two files as one file."""
    writer = PdfWriter(clone_from=BytesIO(first))
    writer.append(BytesIO(second), import_outline=False)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a file with a possible number of pages; what cannot be read in it refuses it."""
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            if not 1 <= len(document) <= MAX_PAGES:
                raise PagesRefused("letter-too-long" if len(document) else UNREADABLE)
            yield document
    except pypdfium2.PdfiumError as error:
        raise PagesRefused(UNREADABLE) from error


def _add(writer: PdfWriter, page: PageObject) -> None:
    for key in set(page) - _KEPT - {"/Rotate"}:
        del page[key]
    added = writer.add_page(page)
    if added.rotation:
        added.transfer_rotation_to_content()
    added.pop("/Rotate", None)
    shown = added.cropbox
    added.add_transformation(Transformation().translate(-float(shown.left), -float(shown.bottom)))
    for box in _BOXES:
        added[NameObject(box)] = RectangleObject((0, 0, shown.width, shown.height))


def _require_each(document: pypdfium2.PdfDocument) -> None:
    checks = {
        "letter-not-a4-portrait-oriented": _is_upright_a4,
        "content-outside-printable-area": _is_within_printable_area,
        "notify-tag-found-in-content": _is_without_tag,
    }
    for code, check in checks.items():
        wrong = tuple(number for number, page in enumerate(document, 1) if not check(page))
        if wrong:
            raise PagesRefused(code, wrong)


def _is_upright_a4(page: pypdfium2.PdfPage) -> bool:
    width, height = (each / _POINTS_OF_A_MM for each in page.get_size())
    return bool(abs(width - _WIDTH) <= _TOLERANCE and abs(height - _HEIGHT) <= _TOLERANCE)


def _is_within_printable_area(page: pypdfium2.PdfPage) -> bool:
    picture = page.render(scale=_SCALE, grayscale=True).to_pil()
    left, top, right, bottom = (round(each * _POINTS_OF_A_MM * _SCALE) for each in _PRINTABLE)
    # What is within is painted over.
    picture.paste(_WHITE, (left, top, right, bottom))
    return bool(picture.getextrema()[0] == _WHITE)


def _is_without_tag(page: pypdfium2.PdfPage) -> bool:
    width, height = (each * _POINTS_OF_A_MM for each in _TAG_AREA)
    top = page.get_height()
    text = page.get_textpage().get_text_bounded(0, top - height, width, top)
    return TAG not in str(text)
