"""Pictures of the pages of letters, with what may not be printed marked on them."""

import io

from PIL import Image, ImageDraw

from notifications.letters.geometry import INK_TOLERANCE, areas_of
from notifications.letters.ink import ink_outside, pixels_of
from notifications.letters.pdf_document import CHECK_DPI, Document

# A page that no picture could show.
_LARGEST_MM = 600.0
_AREA, _WRONG = (29, 112, 184), (212, 53, 28)


class NoPicture(Exception):
    """There is no such page, or it cannot be shown."""


def page_png(pdf: bytes, page: int, *, overlay: bool) -> bytes:
    """Return a picture of a page.

    Args:
        pdf: the letter.
        page: from 1.
        overlay: draw the printable areas, and mark what is outside.

    Raises:
        NoPicture: the letter has no such page, or one that is too large to show.
        Unreadable: it cannot be opened.
    """
    document = Document(pdf)
    try:
        if not 1 <= page <= document.page_count or max(document.size_of(page)) > _LARGEST_MM:
            raise NoPicture
        picture = document.picture_of(page, dots_per_inch=CHECK_DPI)
    finally:
        document.close()
    written = io.BytesIO()
    (_marked(picture, page) if overlay else picture).save(written, "PNG")
    return written.getvalue()


def _marked(picture: Image.Image, page: int) -> Image.Image:
    outside = ink_outside(picture, page, dots_per_inch=CHECK_DPI)
    if outside is not None:
        picture.paste(_WRONG, mask=outside)
        ImageDraw.Draw(picture).rectangle(outside.getbbox() or (), outline=_WRONG, width=2)
    draw = ImageDraw.Draw(picture)
    for area in areas_of(page):
        draw.rectangle(pixels_of(area.grown(INK_TOLERANCE), CHECK_DPI), outline=_AREA)
    return picture
