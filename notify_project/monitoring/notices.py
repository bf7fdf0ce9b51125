"""What people have decided and should not forget: each part of the product adds its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Notice:
    """A line on the home page, such as: texts of a service are held back.

    Attributes:
        words: what is so, without anything personal.
        link: where it is shown, or ended.
    """

    words: str
    link: str = ""


# Each is asked once for every page that is made anew: one query at most.
SOURCES: Final[list[Callable[[datetime], Iterable[Notice]]]] = []


def notices(now: datetime) -> list[Notice]:
    """Return what all of them say."""
    return [notice for source in SOURCES for notice in source(now)]
