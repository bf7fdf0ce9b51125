"""What people have decided and should not forget: each part of the product adds its own."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notifications.lifecycle.held import held_of, memory
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
    began_at = time.monotonic()
    rows = list(Hold.objects.active().order_by("created_at"))
    # The figures that are read next want to know, too.
    memory.take(held_of((hold.kind, hold.key) for hold in rows), began_at)
    for hold in rows[:MOST_HOLDS]:
        since = clock.london_words(hold.created_at)
        words = f"{hold.get_kind_display()} held since {since}: {hold.reason}"
        yield Notice(words, find_url("admin:notifications_hold_change", hold.pk))


# Each is asked once for every page that is made anew: one query at most.
SOURCES: Final[list[Callable[[datetime], Iterable[Notice]]]] = [_holds]


def notices(now: datetime) -> list[Notice]:
    """Return what all of them say."""
    return [notice for source in SOURCES for notice in source(now)]
