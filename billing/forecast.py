"""What this month and this financial year will have cost, if the next weeks are like the last."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.db.models import Min

from billing.allowances import allowance_of
from billing.budgets import first_day, spent_since
from billing.models import Budget, FactBilling
from billing.pricing import Charge, Use, price, total
from billing.rates import text_rates_of
from billing.usage import month_of, uses_of
from notify_project import clock
from notify_project.clock import financial_year, financial_year_days
from notify_project.constants import NotificationType
from services.models import Service

# Four of each day of the week.
DAYS: Final = 28
_DAY: Final = timedelta(days=1)
_PENNY: Final = Decimal("0.01")
_NONE: Final = Decimal(0)

# A type, a postage and, of letters, a rate: what is expected is kept apart by it.
Kind = tuple[str, str, Decimal]


@dataclass(frozen=True, slots=True)
class Expected:
    """A month or a financial year, in pounds.

    Attributes:
        period: ``month`` or ``year``.
        starts_on: its first London day.
        ends_on: its last.
        spent: until now.
        expected: at its end, to the penny.
        budget: None where the service has none for it.
    """

    period: str
    starts_on: date
    ends_on: date
    spent: Decimal
    expected: Decimal
    budget: Decimal | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Both, and the day on which the free allowance will be or was used up, if it will be."""

    month: Expected
    year: Expected
    allowance: int
    allowance_used_up_on: date | None


def forecast(service: Service) -> Forecast:
    """Expect each day to come to be like the average of its day of the week in four weeks."""
    today = clock.london_today()
    year = financial_year(today)
    begin, end = financial_year_days(year)
    allowance = allowance_of(service, year).free_sms_fragment_limit
    used = uses_of(service, min(begin, today - DAYS * _DAY), today)
    so_far = [use for use in used if use.day >= begin]
    to_come = sorted(_to_come(service, used, today, end), key=lambda use: use.day)
    charges = price([*so_far, *to_come], allowance)
    real = charges[: len(so_far)]
    budgets = dict(Budget.objects.filter(service=service).values_list("period", "pounds"))

    def of(period: str, last: date) -> Expected:
        first = first_day(period, today)
        within = [each for each in charges if first <= each.use.day <= last]
        expected = total(within).quantize(_PENNY, ROUND_HALF_UP)
        spent = spent_since(first, real)
        return Expected(period, first, last, spent, expected, budgets.get(period))

    month_end = month_of(month_of(today) + 31 * _DAY) - _DAY
    return Forecast(
        of(Budget.Period.MONTH.value, month_end),
        of(Budget.Period.YEAR.value, end),
        allowance,
        _used_up_on(charges),
    )


def _to_come(service: Service, used: list[Use], today: date, end: date) -> Iterator[Use]:
    """Yield what is expected from the rest of today on."""
    days = _days_to_learn_from(service, today)
    sent_today = _sums(use for use in used if use.day == today)
    coming = [today + ahead * _DAY for ahead in range((end - today).days + 1)]
    rates = text_rates_of(coming)
    for kind, by_weekday in _averages([use for use in used if use.day in days], days).items():
        notification_type, postage, rate = kind
        for day in coming:
            units = by_weekday[day.weekday()]
            if day == today:
                units = max(units - sent_today.get(kind, _NONE), _NONE)
            if notification_type == NotificationType.SMS:
                rate = rates[day]
            if units:
                yield Use(day, notification_type, rate, postage, _NONE, units)


def _days_to_learn_from(service: Service, today: date) -> list[date]:
    """Return the last four weeks, or the days since the service's first message."""
    rows = FactBilling.objects.filter(service_id=service.id, bst_date__lt=today)
    first = rows.aggregate(first=Min("bst_date"))["first"]
    if first is None:
        return []
    return [today - back * _DAY for back in range(1, DAYS + 1) if today - back * _DAY >= first]


def _averages(used: list[Use], days: list[date]) -> dict[Kind, list[Decimal]]:
    """Return the average units of each kind on each day of the week, Monday first."""
    count = [sum(day.weekday() == weekday for day in days) for weekday in range(7)]
    found = {}
    for kind, each in _by_kind(used).items():
        sums = [_NONE] * 7
        for use in each:
            sums[use.day.weekday()] += use.units
        # A day of the week that has not been yet is like any other.
        any_day = sum(sums, _NONE) / len(days)
        found[kind] = [
            total / number if number else any_day for total, number in zip(sums, count, strict=True)
        ]
    return found


def _sums(used: Iterable[Use]) -> dict[Kind, Decimal]:
    groups = _by_kind(used).items()
    return {kind: sum((Decimal(use.units) for use in each), _NONE) for kind, each in groups}


def _by_kind(used: Iterable[Use]) -> dict[Kind, list[Use]]:
    groups: dict[Kind, list[Use]] = defaultdict(list)
    for use in used:
        if use.notification_type == NotificationType.EMAIL:
            continue
        is_text = use.notification_type == NotificationType.SMS
        rate = _NONE if is_text else use.rate
        groups[use.notification_type, use.postage, rate].append(use)
    return groups


def _used_up_on(charges: list[Charge]) -> date | None:
    for charge in charges:
        if charge.use.notification_type == NotificationType.SMS and charge.charged > 0:
            return charge.use.day
    return None
