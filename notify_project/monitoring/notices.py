"""What people have decided and should not forget: each part of the product adds its own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

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


def holds_of_service(service_id: UUID) -> list[Notice]:
    """Return what is held of a service: itself, and templates of it."""
    return list(_of(Hold.objects.active().filter(service_id=service_id)))


def _holds(_: datetime) -> Iterator[Notice]:
    return _of(Hold.objects.active())


def _of(holds: QuerySet[Hold]) -> Iterator[Notice]:
    services = Service.objects.filter(id=OuterRef("service_id"))
    named = holds.annotate(service_name=Subquery(services.values("name")))
    for hold in named.order_by("created_at")[:MOST_HOLDS]:
        what = hold.key
        if hold.service_name is not None:
            of = "of " if hold.kind == Hold.Kind.TEMPLATE else ""
            what = f"{of}{hold.service_name}"
        since = clock.london_words(hold.created_at)
        words = f"{hold.get_kind_display()} {what} held since {since}: {hold.reason}"
        yield Notice(words, find_url("admin:notifications_hold_change", hold.pk))


# Each is asked once for every page that is made anew: one query at most.
SOURCES: Final[list[Callable[[datetime], Iterable[Notice]]]] = [_holds]


def notices(now: datetime) -> list[Notice]:
    """Return what all of them say."""
    return [notice for source in SOURCES for notice in source(now)]
