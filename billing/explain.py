"""The messages behind a figure: each with its units, and what it costs before the allowance."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.daily import Dimensions, dimensions_of, rate_of
from billing.pricing import FREE
from billing.rates import DayPrices, prices_of
from billing.sent import Group, billable_rows, groups_of
from notifications.models import NotificationHistory
from notify_project.api.errors import NoResultFound
from notify_project.clock import london_day
from notify_project.constants import NotificationType
from services.models import Service

PAGE: Final = 250


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure: a row of a report is all its messages that are alike in what is given here."""

    first: date
    last: date
    notification_type: str | None = None
    template_id: UUID | None = None
    postage: str | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """One message, as bills see it.

    Attributes:
        dimensions: of the row of facts that counts it; None while there is no price.
        units: that are charged for, or taken from the allowance.
    """

    id: UUID
    day: date
    status: str
    billable_units: int
    dimensions: Dimensions | None
    units: int

    @property
    def cost(self) -> Decimal:
        """Return what it costs where no allowance is left."""
        return FREE if self.dimensions is None else self.units * self.dimensions.rate


class LetterCount(NamedTuple):
    """Letters of so many sheets and one class of postage, and what they cost."""

    postage: str
    sheets: int
    rate: Decimal | None
    letters: int

    @property
    def cost(self) -> Decimal | None:
        """Return what they cost together; None without a price."""
        return None if self.rate is None else self.rate * self.letters


def messages_behind(
    service: Service, wanted: Wanted, *, older_than: UUID | None = None
) -> list[Explained]:
    """Return a page of the messages behind a figure, newest first.

    Args:
        service: whose figure it is.
        wanted: which of its messages.
        older_than: the last one of the page before.

    Raises:
        NoResultFound: the service has no such message.
    """
    found: list[Explained] = []
    prices = _Prices()
    for row in _rows(service, wanted, older_than).iterator(chunk_size=PAGE):
        explained = _explained(row, prices, service.crown)
        rate = None if explained.dimensions is None else explained.dimensions.rate
        if wanted.rate is None or rate == wanted.rate:
            found.append(explained)
        if len(found) == PAGE:
            break
    return found


def letters_by_sheets(service: Service, first: date, last: date) -> list[LetterCount]:
    """Count a service's letters of some London days by postage, sheets and price."""
    counts: Counter[tuple[str, int, Decimal | None]] = Counter()
    prices = _Prices()
    for group in groups_of(service.id, first, last):
        if group.notification_type == NotificationType.LETTER:
            rate = rate_of(group, crown=service.crown, prices=prices[group.day])
            counts[str(group.postage), group.billable_units, rate] += group.messages
    kinds = sorted(counts, key=lambda kind: (*kind[:2], kind[2] or FREE))
    return [LetterCount(*kind, counts[kind]) for kind in kinds]


class _Prices(dict[date, DayPrices]):
    """The prices of many days, each read once."""

    def __missing__(self, day: date) -> DayPrices:
        self[day] = prices_of(day)
        return self[day]


def _rows(
    service: Service, wanted: Wanted, older_than: UUID | None
) -> QuerySet[NotificationHistory]:
    rows = billable_rows(wanted.first, wanted.last).filter(service_id=service.id)
    for name in ("notification_type", "template_id", "postage"):
        value = getattr(wanted, name)
        if value is not None:
            rows = rows.filter(**{name: value})
    if older_than is not None:
        last = NotificationHistory.objects.filter(service_id=service.id, id=older_than).first()
        if last is None:
            raise NoResultFound
        rows = rows.filter(
            Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=last.id)
        )
    return rows.order_by("-created_at", "-id")


def _explained(row: NotificationHistory, prices: _Prices, crown: bool | None) -> Explained:  # noqa: FBT001 - a column
    day = london_day(row.created_at)
    group = Group(
        day,
        row.template_id,
        row.notification_type,
        row.sent_by,
        row.rate_multiplier,
        row.international,
        row.postage,
        row.billable_units,
        1,
    )
    rate = rate_of(group, crown=crown, prices=prices[day])
    dimensions = None if rate is None else dimensions_of(group, rate)
    return Explained(row.id, day, row.status, row.billable_units, dimensions, _units(group))


def _units(group: Group) -> int:
    if group.notification_type == NotificationType.EMAIL:
        return 0
    if group.notification_type == NotificationType.LETTER:
        return 1
    return group.billable_units * (1 if group.rate_multiplier is None else group.rate_multiplier)
