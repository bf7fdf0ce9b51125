"""What a service used in a financial year, and what that costs: from facts, and today's history."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import F, Sum

from billing.allowances import allowance_of, current_year
from billing.daily import build
from billing.models import FactBilling
from billing.pricing import FREE, Charge, Units, Use, price, remainder
from billing.rates import prices_of
from notify_project import clock
from notify_project.clock import financial_year_days
from notify_project.constants import NotificationType
from services.models import Service

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """Charges of a year, or of a month of it, at one rate."""

    notification_type: str
    rate: Decimal
    notifications_sent: Units
    chargeable_units: Units
    free_allowance_used: Units
    charged_units: Units
    cost: Decimal
    sheets: int = 0
    postage: str = "none"
    month: date | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """A financial year of a service, up to a day, charged from its beginning on."""

    allowance: int
    charges: list[Charge]

    @property
    def remainder(self) -> Units:
        """Return what is left of the allowance after the last day."""
        return remainder(self.charges, self.allowance)


def year_of(service: Service, year: int, *, until: date | None = None) -> Year:
    """Charge a service's financial year, up to and with a day if one is given.

    Raises:
        InvalidAllowance: the year is before the first one or has not begun.
    """
    allowance = allowance_of(service, year).free_sms_fragment_limit
    first, last = financial_year_days(year)
    uses = uses_of(service, first, min(last, until or last))
    return Year(allowance, price(uses, allowance))


def free_fragments_left(service_id: UUID) -> int:
    """Return how many texts a service can still send for nothing this financial year, as of now."""
    service = Service.objects.get(id=service_id)
    return int(year_of(service, current_year()).remainder)


def uses_of(service: Service, first: date, last: date) -> list[Use]:
    """Return what a service used on these London days, in the order of time."""
    today = clock.london_today()
    uses = _stored_uses(service, first, min(last, today - _DAY))
    if first <= today <= last:
        uses += _uses_of_today(service, today)
    return uses


def yearly_summary(service: Service, year: int) -> list[Line]:
    """Return a line for each type and rate of a financial year.

    Raises:
        InvalidAllowance: the year is before the first one or has not begun.
    """
    charges = year_of(service, year).charges
    lines = _added_up(charges, lambda charge: (charge.use.notification_type, charge.use.rate))
    return sorted(lines, key=lambda line: (line.notification_type, line.rate))


def monthly_usage(service: Service, year: int) -> list[Line]:
    """Return a line for each month, type, rate and postage of a financial year; no emails.

    Raises:
        InvalidAllowance: the year is before the first one or has not begun.
    """
    charges = year_of(service, year).charges
    priced = [each for each in charges if each.use.notification_type != NotificationType.EMAIL]
    lines = _added_up(
        priced,
        lambda charge: (
            month_of(charge.use.day),
            charge.use.notification_type,
            charge.use.rate,
            charge.use.postage,
        ),
        by_month=True,
    )
    return sorted(lines, key=lambda x: (x.month, x.notification_type, x.rate, x.postage))


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def _stored_uses(service: Service, first: date, last: date) -> list[Use]:
    rows = (
        FactBilling.objects.filter(service_id=service.id, bst_date__range=(first, last))
        .values_list("bst_date", "notification_type", "rate", "postage")
        .annotate(
            sent=Sum("notifications_sent"),
            fragments=Sum(F("billable_units") * F("rate_multiplier")),
            sheets=Sum("billable_units"),
        )
        .order_by("bst_date", "notification_type", "rate", "postage")
    )
    return [_use(*row) for row in rows]


def _uses_of_today(service: Service, today: date) -> list[Use]:
    """Count today as the night will; nothing is written."""
    facts = build(service.id, today, crown=service.crown, prices=prices_of(today)).facts
    added: dict[tuple[str, Decimal, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, tally in facts.items():
        sums = added[key.notification_type, key.rate, key.postage]
        sums[0] += tally.notifications_sent
        sums[1] += tally.billable_units * key.rate_multiplier
        sums[2] += tally.billable_units
    return [_use(today, *kind, *sums) for kind, sums in sorted(added.items())]


def _use(  # noqa: PLR0917 - the columns of a query, in its order
    day: date,
    notification_type: str,
    rate: Decimal,
    postage: str,
    sent: int,
    fragments: int,
    sheets: int,
) -> Use:
    letter = notification_type == NotificationType.LETTER
    units = sent if letter else fragments
    return Use(day, notification_type, rate, postage, sent, units, sheets if letter else 0)


def _added_up(
    charges: Iterable[Charge], kind: Callable[[Charge], Hashable], *, by_month: bool = False
) -> list[Line]:
    groups: dict[Hashable, list[Charge]] = defaultdict(list)
    for charge in charges:
        groups[kind(charge)].append(charge)
    return [
        Line(
            notification_type=group[0].use.notification_type,
            rate=group[0].use.rate,
            notifications_sent=sum(each.use.notifications_sent for each in group),
            chargeable_units=sum(each.use.units for each in group),
            free_allowance_used=sum(each.free for each in group),
            charged_units=sum(each.charged for each in group),
            cost=sum((each.cost for each in group), FREE),
            sheets=sum(each.use.sheets for each in group),
            postage=group[0].use.postage,
            month=month_of(group[0].use.day) if by_month else None,
        )
        for group in groups.values()
    ]
