"""New prices beside those there are: nothing that was in force is edited, nothing overlaps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from billing.models import LetterRate, Rate
from billing.price_list import LetterPrice, Price, TextPrice
from billing.rates import forget_rates
from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.clock import london_day, london_midnight
from notify_project.constants import NotificationType
from services.models import User


class PricesRefused(ApiError):
    """Prices that do not fit beside those there are: one line for each."""


@dataclass(slots=True)
class Changes:
    """What new prices change.

    Attributes:
        added: prices that begin, with their rows.
        replaced: prices that had not begun, each with what it was.
        ended: rows of letters whose price ends where a new one begins.
        unchanged: how many are there already.
    """

    added: list[tuple[Rate | LetterRate, Price]] = field(default_factory=list)
    replaced: list[tuple[Rate | LetterRate, Decimal, Price]] = field(default_factory=list)
    ended: list[tuple[LetterRate, date]] = field(default_factory=list)
    unchanged: int = 0
    refusals: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Return a line for each change."""
        return [
            *(f"new: {price}" for _, price in self.added),
            *(f"changed: {price}, was {was}" for _, was, price in self.replaced),
            *(f"ends on {day}: {row}" for row, day in self.ended),
        ]

    @property
    def first_past_day(self) -> date | None:
        """Return the first London day, before today, that costs something else from now on."""
        days = [price.day for _, price in self.added if price.day < clock.london_today()]
        return min(days, default=None)


def plan(prices: Iterable[Price]) -> Changes:
    """Say what new prices would change, changing nothing.

    Raises:
        PricesRefused: some of them overlap what is there, or would edit what was in force.
    """
    changes = Changes()
    texts = {london_day(row.valid_from): row for row in Rate.objects.filter(**_TEXTS)}
    letters = _Letters()
    for price in sorted(prices, key=lambda price: (price.day, str(price))):
        if isinstance(price, TextPrice):
            _place_text(price, texts, changes)
        else:
            letters.place(price, changes)
    if changes.refusals:
        raise PricesRefused("\n".join(changes.refusals))
    return changes


def apply_prices(prices: Iterable[Price], *, actor: User | None, reason: str = "") -> Changes:
    """Make new prices hold, all of them or none.

    Raises:
        PricesRefused: some of them overlap what is there, or would edit what was in force.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE rates, letter_rates IN SHARE ROW EXCLUSIVE MODE")
        changes = plan(prices)
        for letter, day in changes.ended:
            letter.end_date = london_midnight(day)
            letter.save(update_fields=["end_date"])
            _record(
                "end price",
                letter,
                actor,
                reason,
                before={"ends_on": None},
                after={"ends_on": str(day)},
            )
        for row, was, price in changes.replaced:
            before = {"rate": str(was)}
            row.rate = price.rate
            row.save(update_fields=["rate"])
            _record("change price", row, actor, reason, before=before, after=_shown(price))
        for row, price in changes.added:
            row.save(force_insert=True)
            _record("add price", row, actor, reason, after=_shown(price))
        transaction.on_commit(forget_rates)
    return changes


def row_of(price: Price) -> Rate | LetterRate:
    """Return the row of a price that was made to hold."""
    begin = london_midnight(price.day)
    if isinstance(price, TextPrice):
        return Rate.objects.get(**_TEXTS, valid_from=begin)
    sheets, crown, post_class = price.kind
    return LetterRate.objects.get(
        sheet_count=sheets, crown=crown, post_class=post_class, start_date=begin
    )


_TEXTS = {"notification_type": NotificationType.SMS}


def _place_text(price: TextPrice, rows: dict[date, Rate], changes: Changes) -> None:
    """Let a price hold from its day until the next one's."""
    if price.day in rows:
        _repeat(price, rows[price.day], changes)
    else:
        row = Rate(rate=price.rate, valid_from=london_midnight(price.day))
        changes.added.append((row, price))


class _Letters:
    """The prices of letters, each kind in the order of time, as they would be."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, bool, str], list[LetterRate]] = {}
        for row in LetterRate.objects.order_by("start_date"):
            kind = (row.sheet_count, row.crown, row.post_class)
            self._rows.setdefault(kind, []).append(row)

    def place(self, price: LetterPrice, changes: Changes) -> None:
        """End the price before at the day of the new one, which must be the last."""
        rows = self._rows.setdefault(price.kind, [])
        start = london_midnight(price.day)
        same = [row for row in rows if row.start_date == start]
        if same:
            _repeat(price, same[0], changes)
            return
        last = rows[-1] if rows else None
        if last is not None and (last.start_date > start or (last.end_date or start) > start):
            day = london_day(last.start_date)
            changes.refusals.append(f"{price} overlaps the price from {day}: {last.rate}")
            return
        if last is not None and last.end_date is None:
            if last._state.adding:  # noqa: SLF001 - Django's way to tell
                last.end_date = start
            else:
                changes.ended.append((last, price.day))
        row = _letter_row(price)
        rows.append(row)
        changes.added.append((row, price))


def _repeat(price: Price, row: Rate | LetterRate, changes: Changes) -> None:
    if row.rate == price.rate:
        changes.unchanged += 1
    elif price.day > clock.london_today():
        changes.replaced.append((row, row.rate, price))
    else:
        changes.refusals.append(
            f"{price} would edit a price that was in force, {row.rate}: "
            "enter the right one from a later day"
        )


def _letter_row(price: LetterPrice) -> LetterRate:
    return LetterRate(
        rate=price.rate,
        start_date=london_midnight(price.day),
        sheet_count=price.sheets,
        crown=price.crown,
        post_class=price.post_class,
    )


def _shown(price: Price) -> dict[str, str]:
    return {"price": str(price), "rate": str(price.rate)}


def _record(
    action: str,
    row: Rate | LetterRate,
    actor: User | None,
    reason: str,
    *,
    after: Mapping[str, str],
    before: Mapping[str, str | None] | None = None,
) -> None:
    audit.record(
        action,
        row,
        actor=actor,
        reason=reason,
        before=dict(before) if before else None,
        after=dict(after),
    )
