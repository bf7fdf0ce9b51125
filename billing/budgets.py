"""What services mean to spend: set it, compare it with what they spent, and tell them once."""

import logging
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final

from django.db import transaction

from billing.models import Budget, BudgetAlert
from billing.pricing import Charge, total
from billing.usage import month_of, year_of
from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.clock import financial_year, financial_year_days
from notify_project.metrics import Counter
from services.models import Service, User

logger = logging.getLogger(__name__)

PERCENTS: Final = (50, 80, 100)
MAX_POUNDS: Final = Decimal(10**10) - Decimal("0.01")
_PENNY: Final = Decimal("0.01")
SPENT = Counter(
    "notify_budgets_spent_total",
    "Budgets of which this share is spent, counted once a month or year.",
    ("period", "percent"),
)


class InvalidBudget(ApiError):
    """A budget that cannot be."""


def set_budget(
    service: Service, period: str, pounds: Decimal | None, *, actor: User | None, reason: str = ""
) -> Budget | None:
    """Set what a service means to spend in each month or year; None ends the budget.

    Raises:
        InvalidBudget: the period is unknown, or the pounds are not positive whole pennies.
    """
    _require_valid(period, pounds)
    pounds = None if pounds is None else pounds.quantize(_PENNY)
    with transaction.atomic():
        # Orders changes of one service's budgets; its messages are stored meanwhile.
        Service.objects.select_for_update(no_key=True).get(id=service.id)
        row = Budget.objects.filter(service=service, period=period).first()
        before = row.pounds if row else None
        if before == pounds:
            return row
        if pounds is None:
            changed = _ended(row)
        else:
            changed, _ = Budget.objects.update_or_create(
                service=service,
                period=period,
                defaults={"pounds": pounds, "updated_at": clock.now() if row else None},
            )
        audit.record(
            "set budget",
            changed,
            actor=actor,
            service_id=service.id,
            before={"period": period, "pounds": _text(before)},
            after={"period": period, "pounds": _text(pounds)},
            reason=reason,
        )
    return None if pounds is None else changed


def tell_of_spent_budgets() -> int:
    """Log and count each share of a budget that was passed, once; return how many there were."""
    today = clock.london_today()
    rows = Budget.objects.filter(service__active=True).select_related("service")
    told = 0
    for service, budgets in groupby(rows.order_by("service_id", "period"), lambda row: row.service):
        charges = year_of(service, financial_year(today)).charges
        for budget in budgets:
            starts_on = first_day(budget.period, today)
            told += _tell(budget, starts_on, spent_since(starts_on, charges))
    return told


def first_day(period: str, today: date) -> date:
    """Return the day on which the month or financial year of a day began."""
    if period == Budget.Period.MONTH:
        return month_of(today)
    return financial_year_days(financial_year(today))[0]


def spent_since(first: date, charges: Iterable[Charge]) -> Decimal:
    """Return what the charges of a day and of those after it cost."""
    return total(each for each in charges if each.use.day >= first)


def _tell(budget: Budget, starts_on: date, spent: Decimal) -> int:
    told = 0
    for percent in PERCENTS:
        if spent * 100 < budget.pounds * percent:
            continue
        with transaction.atomic():
            _, is_new = BudgetAlert.objects.get_or_create(
                budget=budget, starts_on=starts_on, percent=percent, pounds=budget.pounds
            )
            if is_new:
                # Within the transaction: should the commit fail, it is told again.
                _log(budget, percent, starts_on)
        told += is_new
    return told


def _log(budget: Budget, percent: int, starts_on: date) -> None:
    logger.warning(
        "service %s spent %s %% of its budget of %s pounds a %s from %s on",
        budget.service_id,
        percent,
        budget.pounds,
        budget.period,
        starts_on,
        extra={"alert": "BudgetSpent"},
    )
    SPENT.count(budget.period, str(percent))


def _ended(row: Budget | None) -> Budget:
    if row is None:
        raise InvalidBudget("There is no such budget")
    ended = Budget(id=row.id)
    row.delete()
    return ended


def _require_valid(period: str, pounds: Decimal | None) -> None:
    if period not in Budget.Period.values:
        raise InvalidBudget("A budget is for each month or for each year")
    if pounds is None:
        return
    if not pounds.is_finite() or not 0 < pounds <= MAX_POUNDS or pounds % _PENNY:
        raise InvalidBudget(f"A budget is more than 0, at most {MAX_POUNDS}, in whole pennies")


def _text(pounds: Decimal | None) -> str | None:
    return None if pounds is None else str(pounds)
