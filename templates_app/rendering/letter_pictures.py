"""Show pages of a PDF as pictures, for people."""

import importlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

from templates_app.rendering.pdf_lock import one_at_a_time

if TYPE_CHECKING:
    from PIL import Image

# Some 75 pixels an inch: enough to read, and a page has some 20 KB.
WIDTH = 620
_GAP = 12
_BETWEEN = "#b1b4b6"


class NoSuchPage(LookupError):
    """A PDF has fewer pages."""


def page_png(pdf: bytes, page: int, *, width: int = WIDTH) -> bytes:
    """Return a page as a PNG.

    Args:
        pdf: a whole file.
        page: counted from one.
        width: in pixels.

    Raises:
        NoSuchPage: the file has fewer.
    """
    with one_at_a_time, _opened(pdf) as document:
        if not 1 <= page <= len(document):
            raise NoSuchPage(page)
        return _png(_picture(document[page - 1], width))


def pages_png(pdf: bytes, *, most: int, width: int = WIDTH) -> bytes:
    """Return the first pages of a PDF below each other, as one PNG."""
    with one_at_a_time, _opened(pdf) as document:
        pictures = [_picture(document[at], width) for at in range(min(most, len(document)))]
    height = sum(each.height for each in pictures) + _GAP * (len(pictures) - 1)
    whole = importlib.import_module("PIL.Image").new("RGB", (width, height), _BETWEEN)
    top = 0
    for each in pictures:
        whole.paste(each, (0, top))
        top += each.height + _GAP
    return _png(whole)


def _opened(pdf: bytes) -> Any:
    # Loaded when it is needed: few processes ever draw a page.
    return importlib.import_module("pypdfium2").PdfDocument(pdf)


def _picture(page: Any, width: int) -> "Image.Image":
    picture: Image.Image = page.render(scale=width / page.get_width()).to_pil()
    return picture.resize((width, picture.height)) if picture.width != width else picture


def _png(picture: "Image.Image") -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
