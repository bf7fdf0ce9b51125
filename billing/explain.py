"""The messages behind a figure: each with its units, and what it costs before the allowance."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.daily import Dimensions, dimensions_of, rate_of
from billing.pricing import FREE
from billing.rates import DayPrices, prices_of, text_rates_of
from billing.sent import Group, billable_rows, letter_groups_of
from notifications.models import NotificationHistory
from notify_project.api.errors import NoResultFound
from notify_project.clock import london_day
from notify_project.constants import NotificationType
from services.models import Service

PAGE: Final = 250
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure: a row of a report is all its messages that are alike in what is given here."""

    first: date
    last: date
    notification_type: str
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
    def rate(self) -> Decimal | None:
        """Return the price of each unit, if there is one."""
        return None if self.dimensions is None else self.dimensions.rate

    @property
    def cost(self) -> Decimal:
        """Return what it costs where no allowance is left."""
        return FREE if self.rate is None else self.units * self.rate


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
    rows, last = _rows(service, wanted), _message(service, older_than)
    while len(found) < PAGE:
        batch = list(_older_than(rows, last)[:PAGE])
        for row in batch:
            explained = _explained(row, prices, service.crown)
            if wanted.rate is None or explained.rate == wanted.rate:
                found.append(explained)
        if len(batch) < PAGE:
            break
        last = batch[-1]
    return found[:PAGE]


def letters_by_sheets(service: Service, first: date, last: date) -> list[LetterCount]:
    """Count a service's letters of some London days by postage, sheets and price."""
    counts: Counter[tuple[str, int, Decimal | None]] = Counter()
    prices = _Prices()
    for group in letter_groups_of(service.id, first, last):
        rate = rate_of(group, crown=service.crown, prices=prices[group.day])
        counts[str(group.postage), group.billable_units, rate] += group.messages
    kinds = sorted(counts, key=lambda kind: (*kind[:2], kind[2] or FREE))
    return [LetterCount(*kind, counts[kind]) for kind in kinds]


class _Prices(dict[date, DayPrices]):
    """The prices of many days, each read once."""

    def __missing__(self, day: date) -> DayPrices:
        self[day] = prices_of(day)
        return self[day]


def _rows(service: Service, wanted: Wanted) -> QuerySet[NotificationHistory]:
    first, last = wanted.first, wanted.last
    if wanted.notification_type == NotificationType.SMS and wanted.rate is not None:
        days = [first + ahead * _DAY for ahead in range((last - first).days + 1)]
        at_rate = [day for day, rate in text_rates_of(days).items() if rate == wanted.rate]
        if not at_rate:
            return NotificationHistory.objects.none()
        first, last = at_rate[0], at_rate[-1]
    rows = billable_rows(first, last).filter(
        service_id=service.id, notification_type=wanted.notification_type
    )
    if wanted.template_id is not None:
        rows = rows.filter(template_id=wanted.template_id)
    if wanted.postage is not None:
        rows = rows.filter(postage=wanted.postage)
    return rows.order_by("-created_at", "-id")


def _message(service: Service, message_id: UUID | None) -> NotificationHistory | None:
    if message_id is None:
        return None
    row = NotificationHistory.objects.filter(service_id=service.id, id=message_id).first()
    if row is None:
        raise NoResultFound
    return row


def _older_than(
    rows: QuerySet[NotificationHistory], last: NotificationHistory | None
) -> QuerySet[NotificationHistory]:
    if last is None:
        return rows
    return rows.filter(
        Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=last.id),
        # Says nothing new, but lets the index begin here.
        created_at__lte=last.created_at,
    )


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
