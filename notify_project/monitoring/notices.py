"""What people have decided and should not forget: each part of the product adds its own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notifications.models import Hold
from notify_project import clock
from notify_project.admin.links import find_url

MOST_HOLDS: Final = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """A line on the home page, such as: texts of a service are held back.

    Attributes:
        words: what is so, without anything personal.
        link: where it is shown, or ended.
    """

    words: str
    link: str = ""


def _holds(_: datetime) -> Iterator[Notice]:
    for hold in Hold.objects.active().order_by("created_at")[:MOST_HOLDS]:
        since = clock.london_words(hold.created_at)
        words = f"{hold.get_kind_display()} held since {since}: {hold.reason}"
        yield Notice(words, find_url("admin:notifications_hold_change", hold.pk))


# Each is asked once for every page that is made anew: one query at most.
SOURCES: Final[list[Callable[[datetime], Iterable[Notice]]]] = [_holds]


def notices(now: datetime) -> list[Notice]:
    """Return what all of them say."""
    return [notice for source in SOURCES for notice in source(now)]
