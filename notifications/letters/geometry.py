"""Where on a page of a letter something may be printed, in millimetres. Pure.

Source: the API contract, page geometry of letters.
"""

from dataclasses import dataclass
from typing import Final

POINTS_PER_MM: Final = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
# How much larger or smaller a page may be.
SIZE_TOLERANCE: Final = 2.0
# Printed things may reach so far out of their area.
INK_TOLERANCE: Final = 1.0
# An address is read from so far around its window.
WINDOW_TOLERANCE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, from the top left corner of the page."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return where it ends."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Return where it ends."""
        return self.top + self.height

    def grown(self, by: float) -> "Box":
        """Return a box that is larger on every side."""
        return Box(self.left - by, self.top - by, self.width + 2 * by, self.height + 2 * by)


PRINTABLE: Final = Box(15, 5, 180, 287)
LOGO: Final = Box(15, 5, 110, 25)
WINDOW: Final = Box(24.6, 39.5, 95.4, 26.8)
CONTACT: Final = Box(125, 5, 70, 90)
BODY_OF_FIRST: Final = Box(15, 95, 180, 197)
TAG: Final = Box(0, 0, 15.191, 6.149)
TAG_AT: Final = (1.8, 1.8)
# White, for machines to know a first page by.
TAG_WORD: Final = "NOTIFY"
# The platform draws it for printers that add nothing themselves.
CODE: Final = Box(4.4, 36.9, 6.7, 6.7)


def areas_of(page: int) -> tuple[Box, ...]:
    """Return where a page may be printed.

    Args:
        page: from 1.
    """
    return (LOGO, WINDOW, CONTACT, BODY_OF_FIRST) if page == 1 else (PRINTABLE,)
