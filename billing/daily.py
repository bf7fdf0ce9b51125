"""One day of bills, built from history any number of times."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from billing.models import FactBilling
from billing.rates import NOTHING, DayPrices, prices_of
from billing.sent import Group, groups_of, services_that_sent
from notify_project.constants import NotificationType
from services.models import Service

logger = logging.getLogger(__name__)

# Whoever prints letters is one party for bills.
PRINTER: Final = "dvla"
UNKNOWN, NO_POSTAGE = "unknown", "none"


class Dimensions(NamedTuple):
    """What makes a row of a service's day."""

    template_id: UUID
    notification_type: str
    provider: str
    rate_multiplier: int
    international: bool
    rate: Decimal
    postage: str


class Tally(NamedTuple):
    """What a row counts."""

    billable_units: int
    notifications_sent: int


Facts = dict[Dimensions, Tally]


@dataclass(frozen=True, slots=True)
class Built:
    """The rows of a service's day, and the messages that have no price: words for each kind."""

    facts: Facts
    unpriced: tuple[str, ...] = ()
    letters_without_sheets: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """What a service's day held, and what history says."""

    stored: Facts
    built: Built

    @property
    def changes(self) -> list[tuple[Dimensions, Tally | None, Tally | None]]:
        """Return the rows that differ, each as stored and as built."""
        found, facts = self.stored, self.built.facts
        keys = sorted(found.keys() | facts.keys())
        rows = [(key, found.get(key), facts.get(key)) for key in keys]
        return [row for row in rows if row[1] != row[2]]


class RatesMissing(Exception):
    """Some messages have no price; everything else was billed."""


def build(service_id: UUID, day: date, *, crown: bool | None, prices: DayPrices) -> Built:
    """Build the rows of a service's London day from its history, writing nothing."""
    return fold(groups_of(service_id, day), crown=crown, prices=prices)


def fold(groups: Iterable[Group], *, crown: bool | None, prices: DayPrices) -> Built:
    """Give each group its rate, then add up what has the same dimensions."""
    units: Counter[Dimensions] = Counter()
    sent: Counter[Dimensions] = Counter()
    unpriced = set()
    empty_letters = 0
    for group in groups:
        rate = rate_of(group, crown=crown, prices=prices)
        if rate is None:
            unpriced.add(_words(group, crown=crown))
            continue
        key = dimensions_of(group, rate)
        sent[key] += group.messages
        if group.notification_type != NotificationType.EMAIL:
            units[key] += group.billable_units * group.messages
        if group.notification_type == NotificationType.LETTER and not group.billable_units:
            empty_letters += group.messages
    facts = {key: Tally(units[key], count) for key, count in sent.items()}
    return Built(facts, tuple(sorted(unpriced)), empty_letters)


def rebuild(service: Service, day: date, prices: DayPrices) -> Difference:
    """Replace the rows of a service's London day by what history says now.

    Of builds at the same time each waits for the one before; a day that is right is not written.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock = "SELECT pg_advisory_xact_lock(hashtext(%s), %s)"
            cursor.execute(lock, [f"billing {service.id}", day.toordinal()])
        difference = compare(service, day, prices)
        if difference.changes:
            _stored(service.id, day).delete()
            FactBilling.objects.bulk_create(
                FactBilling(service_id=service.id, bst_date=day, **key._asdict(), **tally._asdict())
                for key, tally in sorted(difference.built.facts.items())
            )
    _tell(service.id, day, difference.built)
    return difference


def compare(service: Service, day: date, prices: DayPrices) -> Difference:
    """Compare the rows of a service's London day with its history, writing nothing."""
    columns = (*Dimensions._fields, *Tally._fields)
    stored = {
        Dimensions(*row[:-2]): Tally(*row[-2:])
        for row in _stored(service.id, day).values_list(*columns)
    }
    return Difference(stored, build(service.id, day, crown=service.crown, prices=prices))


def rebuild_day(day: date) -> int:
    """Rebuild a London day for every service that has anything on it.

    Returns:
        For how many services something changed.

    Raises:
        RatesMissing: some messages have no price; everything else was billed.
    """
    prices = prices_of(day)
    changed = unpriced = 0
    for service in services_of(day):
        difference = rebuild(service, day, prices)
        changed += bool(difference.changes)
        unpriced += bool(difference.built.unpriced)
    if unpriced:
        raise RatesMissing(f"{day}: {unpriced} services have messages without a price")
    return changed


def services_of(day: date) -> list[Service]:
    """Return the services that sent anything on a London day, or were billed for it."""
    billed = FactBilling.objects.filter(bst_date=day).values_list("service_id", flat=True)
    wanted = services_that_sent(day) | set(billed.distinct())
    return list(Service.objects.filter(id__in=wanted).only("id", "crown").order_by("id"))


def rate_of(group: Group, *, crown: bool | None, prices: DayPrices) -> Decimal | None:
    """Return the price of each unit of a group; None where nobody entered one."""
    if group.notification_type == NotificationType.EMAIL:
        return NOTHING
    if group.notification_type == NotificationType.SMS:
        return prices.text
    return prices.of_letter(group.billable_units, str(group.postage), crown)


def dimensions_of(group: Group, rate: Decimal) -> Dimensions:
    """Return the row that counts a group; what is not known has a name, to be one row."""
    letter = group.notification_type == NotificationType.LETTER
    email = group.notification_type == NotificationType.EMAIL
    multiplier = 1 if letter or group.rate_multiplier is None else group.rate_multiplier
    return Dimensions(
        template_id=group.template_id,
        notification_type=group.notification_type,
        provider=PRINTER if letter else group.sent_by or UNKNOWN,
        rate_multiplier=0 if email else multiplier,
        international=group.international and not email,
        rate=rate,
        postage=str(group.postage) if letter else NO_POSTAGE,
    )


def _stored(service_id: UUID, day: date) -> QuerySet[FactBilling]:
    return FactBilling.objects.filter(service_id=service_id, bst_date=day)


def _words(group: Group, *, crown: bool | None) -> str:
    if group.notification_type == NotificationType.SMS:
        return "sms"
    whose = "not crown" if crown is False else "crown"
    return f"letter, {group.billable_units} sheets, {group.postage} class, {whose}"


def _tell(service_id: UUID, day: date, built: Built) -> None:
    for words in built.unpriced:
        logger.error("no price on %s of service %s: %s", day, service_id, words)
    if built.letters_without_sheets:
        logger.error(
            "%s letters of service %s on %s have no sheets and cost nothing",
            built.letters_without_sheets,
            service_id,
            day,
        )
