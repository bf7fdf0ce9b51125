"""Usage and costs of all services, from facts alone: they are an hour old at most."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from billing.models import AnnualBilling, FactBilling
from billing.pricing import Charge, Units, Use, price, remainder, total
from notify_project.api.errors import ApiError
from notify_project.clock import financial_year, financial_year_days
from notify_project.constants import NotificationType
from services.models import Service

_PENNY: Final = Decimal("0.01")
_SMS = Q(notification_type=NotificationType.SMS)
_LETTER = Q(notification_type=NotificationType.LETTER)
_UNITS = F("billable_units") * F("rate_multiplier")


class InvalidPeriod(ApiError):
    """Days that a report cannot be made of."""


@dataclass(frozen=True, slots=True)
class ServiceBill:
    """What one service pays for some days of a financial year."""

    service: Service
    allowance: int
    remainder: Units
    charges: list[Charge]
    emails_sent: int

    def of(self, notification_type: str) -> list[Charge]:
        """Return the charges of a type."""
        return [each for each in self.charges if each.use.notification_type == notification_type]

    @property
    def cost(self) -> Decimal:
        """Return what all of it costs."""
        return total(self.charges)

    @property
    def letter_breakdown(self) -> list[str]:
        """Return lines such as ``6 second class letters at 35p``."""
        counts: Counter[tuple[str, Decimal]] = Counter()
        for charge in self.of(NotificationType.LETTER):
            counts[charge.use.postage, charge.use.rate] += int(charge.use.notifications_sent)
        return [
            f"{number} {_class_in_words(postage)} letters at {in_words(rate)}"
            for (postage, rate), number in sorted(counts.items())
        ]


def billing_report(first: date, last: date) -> list[ServiceBill]:
    """Return the bill of each service that has costs on these London days.

    Services are in the order of their organisation's name and their own; those without an
    organisation come last.

    Raises:
        InvalidPeriod: the days are of two financial years.
    """
    bills = [bill for bill in _bills(Service.objects.all(), first, last) if bill.cost]
    return sorted(bills, key=lambda bill: _place(bill.service))


def organisation_usage(organisation_id: UUID, year: int) -> list[ServiceBill]:
    """Return the bill of a financial year of each live service of an organisation, by name."""
    first, last = financial_year_days(year)
    services = Service.objects.filter(
        organisation_id=organisation_id, active=True, restricted=False
    )
    return sorted(_bills(services, first, last), key=lambda bill: bill.service.name)


def charged_uses(service: Service, first: date, last: date, allowance: int) -> ServiceBill:
    """Return the bill of one service for days of a financial year that begin with its first.

    Args:
        service: whose.
        first: 1 April.
        last: the last day.
        allowance: of the year.
    """
    uses = [use for _, use in _uses(first, last, service.id)]
    return _bill(service, uses, allowance, first)


def daily_volumes(first: date, last: date) -> list[dict[str, Any]]:
    """Return what was sent on each London day."""
    rows = FactBilling.objects.filter(bst_date__range=(first, last)).values("bst_date")
    return [{**row} for row in rows.annotate(**_volumes()).order_by("bst_date")]


def daily_provider_volumes(first: date, last: date) -> list[dict[str, Any]]:
    """Return the texts of each London day and provider."""
    rows = FactBilling.objects.filter(_SMS, bst_date__range=(first, last))
    volumes = (
        rows.values("bst_date", "provider")
        .annotate(
            sms_totals=Sum("notifications_sent"),
            sms_fragment_totals=Sum("billable_units"),
            sms_chargeable_units=Sum(_UNITS),
        )
        .order_by("bst_date", "provider")
    )
    return [{**row} for row in volumes]


def volumes_by_service(first: date, last: date) -> list[dict[str, Any]]:
    """Return what each live service sent on some London days, nothing included."""
    rows = FactBilling.objects.filter(bst_date__range=(first, last)).values("service_id")
    volumes = {row["service_id"]: {**row} for row in rows.annotate(**_volumes())}
    services = Service.objects.filter(active=True, restricted=False, count_as_live=True)
    return [
        {
            "organisation_name": service.organisation.name if service.organisation else "",
            "service_id": service.id,
            "service_name": service.name,
            **dict.fromkeys(_volumes(), 0),
            **volumes.get(service.id, {}),
        }
        for service in sorted(services.select_related("organisation"), key=_place)
    ]


def in_words(rate: Decimal) -> str:
    """Write a price as people do: ``35p``, ``£1.49``."""
    if rate >= 1:
        return f"£{rate.quantize(_PENNY, ROUND_HALF_UP)}"
    return f"{(rate * 100).normalize():f}p"


def _bills(services: QuerySet[Service], first: date, last: date) -> list[ServiceBill]:
    year = financial_year(first)
    begin, end = financial_year_days(year)
    if last > end:
        raise InvalidPeriod("Start date and end date must be in the same financial year")
    # The allowance is used up from 1 April on, whenever the report begins.
    uses: dict[UUID, list[Use]] = defaultdict(list)
    for service_id, use in _uses(begin, last):
        uses[service_id].append(use)
    allowances = dict(
        AnnualBilling.objects.filter(financial_year_start=year).values_list(
            "service_id", "free_sms_fragment_limit"
        )
    )
    return [
        _bill(service, uses[service.id], allowances.get(service.id, 0), first)
        for service in services.select_related("organisation")
    ]


def _bill(service: Service, uses: list[Use], allowance: int, first: date) -> ServiceBill:
    charges = price(uses, allowance)
    within = [each for each in charges if each.use.day >= first]
    emails = [each for each in within if each.use.notification_type == NotificationType.EMAIL]
    return ServiceBill(
        service,
        allowance,
        remainder(charges, allowance),
        within,
        sum(int(each.use.notifications_sent) for each in emails),
    )


def _uses(first: date, last: date, only: UUID | None = None) -> Iterable[tuple[UUID, Use]]:
    facts = FactBilling.objects.filter(bst_date__range=(first, last))
    if only is not None:
        facts = facts.filter(service_id=only)
    rows = (
        facts.values_list("service_id", "bst_date", "notification_type", "rate", "postage")
        .annotate(sent=Sum("notifications_sent"), fragments=Sum(_UNITS))
        .order_by("bst_date", "service_id", "notification_type", "rate", "postage")
    )
    for service_id, day, notification_type, rate, postage, sent, fragments in rows.iterator():
        units = sent if notification_type == NotificationType.LETTER else fragments
        yield service_id, Use(day, notification_type, rate, postage, sent, units)


def _volumes() -> dict[str, Sum]:
    email = Q(notification_type=NotificationType.EMAIL)
    return {
        "sms_totals": Sum("notifications_sent", filter=_SMS, default=0),
        "sms_fragment_totals": Sum("billable_units", filter=_SMS, default=0),
        "sms_chargeable_units": Sum(_UNITS, filter=_SMS, default=0),
        "email_totals": Sum("notifications_sent", filter=email, default=0),
        "letter_totals": Sum("notifications_sent", filter=_LETTER, default=0),
        "letter_sheet_totals": Sum("billable_units", filter=_LETTER, default=0),
    }


def _place(service: Service) -> tuple[bool, str, str, UUID]:
    organisation = service.organisation
    name = organisation.name if organisation else ""
    return organisation is None, name.lower(), service.name.lower(), service.id


def _class_in_words(postage: str) -> str:
    return f"{postage} class" if postage in {"first", "second", "economy"} else "international"
