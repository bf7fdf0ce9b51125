"""From units, rates and the free allowance to money. Pure, and without a float."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from notify_project.constants import NotificationType

# Whole, except where they are expected and not sent yet.
Units: TypeAlias = int | Decimal
FREE: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Use:
    """What a service sent on one London day at one price.

    Attributes:
        day: London day of acceptance.
        notification_type: of the messages.
        rate: pounds for each unit.
        postage: of letters, else ``none``.
        notifications_sent: how many.
        units: that are charged for: fragments times their multipliers, or letters; none of emails.
        sheets: of paper.
    """

    day: date
    notification_type: str
    rate: Decimal
    postage: str
    notifications_sent: Units
    units: Units
    sheets: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """What that costs: the units that were free, those that were not, and their price."""

    use: Use
    free: Units
    charged: Units
    cost: Decimal


def price(uses: Iterable[Use], allowance: int) -> list[Charge]:
    """Charge the uses of one financial year, in the order of time, from 1 April on.

    Texts are free until the allowance is used up. A day has one rate of texts, so it does not
    matter in which order those of a day are taken.
    """
    left: Units = allowance
    charges = []
    for use in uses:
        free: Units = 0
        if use.notification_type == NotificationType.SMS:
            free = min(left, use.units)
            left -= free
        charged = use.units - free
        charges.append(Charge(use, free, charged, charged * use.rate))
    return charges


def remainder(charges: Iterable[Charge], allowance: int) -> Units:
    """Return how much of the allowance the charges of a year, from its beginning, leave."""
    return allowance - sum(charge.free for charge in charges)


def total(charges: Iterable[Charge]) -> Decimal:
    """Add up what charges cost."""
    return sum((charge.cost for charge in charges), FREE)
