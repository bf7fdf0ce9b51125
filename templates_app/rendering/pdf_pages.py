"""Check pages that others made, and put files together."""

from io import BytesIO

import pypdfium2
from pypdf import PdfWriter

from templates_app.rendering.letter_document import TAG
from templates_app.rendering.letter_pages import MAX_PAGES
from templates_app.rendering.pdf_lock import one_at_a_time

MAX_BYTES = 5 * 1024 * 1024
_POINTS_OF_A_MM = 72 / 25.4
# Source: the API contract, other letters: A4 upright, 2 mm more or less; printable from 15, 5 to
# 195, 292 mm, and 1 mm more on every side.
_WIDTH, _HEIGHT, _TOLERANCE = 210, 297, 2
_PRINTABLE = (14, 4, 196, 293)
_TAG_AREA = (17, 8)
_SCALE = 2.0
_WHITE = 255


class PagesRefused(Exception):
    """Pages that cannot be printed.

    Attributes:
        code: why, as the API says it.
        pages: which, counted from one; none where it is the whole file.
    """

    def __init__(self, code: str, pages: tuple[int, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.pages = code, pages


def require_pages(pdf: bytes) -> int:
    """Check the pages of an attachment, and return how many there are.

    Raises:
        PagesRefused: the first reason why they cannot be printed.
    """
    with one_at_a_time:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise PagesRefused("unable-to-read-the-file") from error
        with document:
            if not 1 <= len(document) <= MAX_PAGES:
                code = "letter-too-long" if len(document) else "unable-to-read-the-file"
                raise PagesRefused(code)
            try:
                _require_each(document)
            except pypdfium2.PdfiumError as error:
                raise PagesRefused("unable-to-read-the-file") from error
            return len(document)


def joined(first: bytes, second: bytes) -> bytes:
    """Return the pages of two files as one file."""
    writer = PdfWriter(clone_from=BytesIO(first))
    writer.append(BytesIO(second), import_outline=False)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


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
