"""The prices of a London day. Nothing in code knows one: they are rows that operators replace."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from django.conf import settings
from django.db.models import Q

from billing.models import LetterRate, Rate
from notify_project.clock import london_midnight
from notify_project.constants import EXPIRE_CACHE_TEN_MINUTES, NotificationType

Prices = TypeVar("Prices")
LetterKey = tuple[int, str, bool]

NOTHING = Decimal(0)
# A list of messages spans a week, a report a year.
MAX_DAYS = 400


@dataclass(slots=True)
class _Memory(Generic[Prices]):
    """This process's memory of days: ten minutes, or nothing where read models are not kept."""

    read: Callable[[date], Prices]
    days: dict[date, tuple[float, Prices]] = field(default_factory=dict)

    def of(self, day: date) -> Prices:
        remembered = self.days.get(day)
        if remembered is not None and remembered[0] > time.monotonic():
            return remembered[1]
        prices = self.read(day)
        if settings.READ_MODEL_SECONDS:
            if len(self.days) >= MAX_DAYS:
                self.days.clear()
            self.days[day] = (time.monotonic() + EXPIRE_CACHE_TEN_MINUTES, prices)
        return prices


def sms_rate_of(day: date) -> Decimal:
    """Return the price of a fragment on a London day: 0 where there is none.

    A price that starts within the day counts from the next day.
    """
    return _sms_rates.of(day)


def letter_rate_of(day: date, sheets: int, postage: str, crown: bool | None) -> Decimal:  # noqa: FBT001 - a price list's column
    """Return the price of a letter on a London day: 0 for no sheets or without a price.

    A service that did not say whether it is a crown body counts as one.
    """
    return _letter_rates.of(day).get((sheets, postage, crown is not False), NOTHING)


def forget_rates() -> None:
    """Read prices anew, in this process: they were changed."""
    _sms_rates.days.clear()
    _letter_rates.days.clear()


def _read_sms_rate(day: date) -> Decimal:
    rates = Rate.objects.filter(
        notification_type=NotificationType.SMS, valid_from__lte=london_midnight(day)
    )
    rate = rates.order_by("-valid_from").values_list("rate", flat=True).first()
    return NOTHING if rate is None else rate


def _read_letter_rates(day: date) -> dict[LetterKey, Decimal]:
    midnight = london_midnight(day)
    rates = LetterRate.objects.filter(
        Q(end_date=None) | Q(end_date__gt=midnight), start_date__lte=midnight
    )
    return {(row.sheet_count, row.post_class, row.crown): row.rate for row in rates}


_sms_rates = _Memory(_read_sms_rate)
_letter_rates = _Memory(_read_letter_rates)
