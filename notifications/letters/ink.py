"""What is printed on a page outside the areas for it. Pure: pictures in, pictures out."""

import math
from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw

from notifications.letters.geometry import INK_TOLERANCE, Box, areas_of

MM_PER_INCH = 25.4
# Of 255: what is lighter nobody sees on paper, such as the soft edge of a letter.
_PAPER = 235


def ink_of(picture: Image.Image) -> Image.Image:
    """Return where there is ink: 255, elsewhere 0."""
    bands = picture.convert("RGB").split()
    darkest = ImageChops.darker(ImageChops.darker(bands[0], bands[1]), bands[2])
    return darkest.point(lambda value: 255 if value < _PAPER else 0)


def ink_outside(picture: Image.Image, page: int, *, dots_per_inch: float) -> Image.Image | None:
    """Return where there is ink outside the printable areas; None: nowhere.

    Args:
        picture: of the page.
        page: from 1.
        dots_per_inch: of the picture.
    """
    ink = without(ink_of(picture), areas_of(page), INK_TOLERANCE, dots_per_inch=dots_per_inch)
    return ink if ink.getbbox() else None


def without(
    picture: Image.Image, boxes: Iterable[Box], grown_by: float, *, dots_per_inch: float
) -> Image.Image:
    """Return a picture with parts of it made black."""
    draw = ImageDraw.Draw(picture)
    for box in boxes:
        draw.rectangle(pixels_of(box.grown(grown_by), dots_per_inch), fill=0)
    return picture


def pixels_of(box: Box, dots_per_inch: float) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a box on a picture, with the dots that it touches."""
    scale = dots_per_inch / MM_PER_INCH
    left, top, right, bottom = (
        math.floor(value * scale) for value in (box.left, box.top, box.right, box.bottom)
    )
    return left, top, right, bottom
