"""The prices of a London day. Nothing in code knows one: they are rows that operators replace."""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet

from billing.models import LetterRate, Rate
from notify_project.clock import london_midnight, london_today
from notify_project.constants import EXPIRE_CACHE_TEN_MINUTES, NotificationType

Prices = TypeVar("Prices")
LetterKey = tuple[int, str, bool]

NOTHING = Decimal(0)
# A list of messages spans a week, a report a year.
MAX_DAYS = 400


@dataclass(frozen=True, slots=True)
class DayPrices:
    """The prices of one London day.

    Attributes:
        text: of a fragment; None where nobody entered one.
        letters: by sheets, class of postage, and whether the sender is a crown body.
    """

    text: Decimal | None
    letters: Mapping[LetterKey, Decimal]

    def of_letter(self, sheets: int, postage: str, crown: bool | None) -> Decimal | None:  # noqa: FBT001 - a price list's column
        """Return the price of a letter: 0 for no sheets, None where nobody entered one."""
        return NOTHING if sheets == 0 else self.letters.get((sheets, postage, is_crown(crown)))


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
    rate = _sms_rates.of(day)
    return NOTHING if rate is None else rate


def letter_rate_of(day: date, sheets: int, postage: str, crown: bool | None) -> Decimal:  # noqa: FBT001 - a price list's column
    """Return the price of a letter on a London day: 0 for no sheets or without a price."""
    return _letter_rates.of(day).get((sheets, postage, is_crown(crown)), NOTHING)


def is_crown(crown: bool | None) -> bool:  # noqa: FBT001 - a column
    """Return whether a service is a crown body; one that did not say counts as one."""
    return crown is not False


def prices_of(day: date) -> DayPrices:
    """Return the prices of a London day as they are now, whatever this process remembers."""
    return DayPrices(_read_sms_rate(day), _read_letter_rates(day))


def text_rates_of(days: Iterable[date]) -> dict[date, Decimal]:
    """Return the price of a fragment on each of many London days: 0 where there is none."""
    rows = Rate.objects.filter(notification_type=NotificationType.SMS).order_by("valid_from")
    rates = list(rows.values_list("valid_from", "rate"))
    found = {}
    for day in days:
        place = bisect_right(rates, london_midnight(day), key=lambda row: row[0])
        found[day] = rates[place - 1][1] if place else NOTHING
    return found


def text_rate_of_today() -> Rate | None:
    """Return the row that says what a fragment costs today."""
    return _text_rates_until(london_today()).first()


def letter_rates_of_today() -> list[LetterRate]:
    """Return the prices of letters today by sheets, rate and class.

    A price that is the same for crown bodies and others is listed once.
    """
    rows = _letter_rates_on(london_today()).order_by(
        "sheet_count", "rate", "post_class", "-crown", "id"
    )
    once: dict[tuple[int, Decimal, str], LetterRate] = {}
    for row in rows:
        once.setdefault((row.sheet_count, row.rate, row.post_class), row)
    return list(once.values())


def forget_rates() -> None:
    """Read prices anew, in this process: they were changed."""
    _sms_rates.days.clear()
    _letter_rates.days.clear()


def _read_sms_rate(day: date) -> Decimal | None:
    return _text_rates_until(day).values_list("rate", flat=True).first()


def _read_letter_rates(day: date) -> dict[LetterKey, Decimal]:
    rates = _letter_rates_on(day)
    return {(row.sheet_count, row.post_class, row.crown): row.rate for row in rates}


def _text_rates_until(day: date) -> QuerySet[Rate]:
    return Rate.objects.filter(
        notification_type=NotificationType.SMS, valid_from__lte=london_midnight(day)
    ).order_by("-valid_from")


def _letter_rates_on(day: date) -> QuerySet[LetterRate]:
    midnight = london_midnight(day)
    return LetterRate.objects.filter(
        Q(end_date=None) | Q(end_date__gt=midnight), start_date__lte=midnight
    )


_sms_rates = _Memory(_read_sms_rate)
_letter_rates = _Memory(_read_letter_rates)
