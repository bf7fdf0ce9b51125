"""What people have decided and should not forget: each part of the product adds its own."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from notifications.lifecycle.held import held_of, memory
from notifications.models import Hold
from notify_project import clock
from notify_project.admin.links import find_url
from services.models import Service

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


def holds_of_service(service_id: UUID) -> tuple[bool, list[Notice]]:
    """Return whether a service is held, and what is held of it: itself, and its templates."""
    rows = list(_named(Hold.objects.active().filter(service_id=service_id)))
    return any(hold.kind == Hold.Kind.SERVICE for hold in rows), list(_of(rows))


def _holds(_: datetime) -> Iterator[Notice]:
    began_at = time.monotonic()
    rows = list(_named(Hold.objects.active()))
    # The figures that are read next want to know, too.
    memory.take(held_of((hold.kind, hold.key) for hold in rows), began_at)
    return _of(rows)


def _named(holds: QuerySet[Hold]) -> QuerySet[Hold]:
    services = Service.objects.filter(id=OuterRef("service_id"))
    named = holds.annotate(service_name=Subquery(services.values("name")))
    return named.order_by("created_at")


def _of(holds: Iterable[Hold]) -> Iterator[Notice]:
    for hold in islice(holds, MOST_HOLDS):
        what, name = hold.key, vars(hold)["service_name"]
        if name is not None:
            what = f"of {name}" if hold.kind == Hold.Kind.TEMPLATE else name
        since = clock.london_words(hold.created_at)
        words = f"{hold.get_kind_display()} {what} held since {since}: {hold.reason}"
        yield Notice(words, find_url("admin:notifications_hold_change", hold.pk))


# Each is asked once for every page that is made anew: one query at most.
SOURCES: Final[list[Callable[[datetime], Iterable[Notice]]]] = [_holds]


def notices(now: datetime) -> list[Notice]:
    """Return what all of them say."""
    return [notice for source in SOURCES for notice in source(now)]
