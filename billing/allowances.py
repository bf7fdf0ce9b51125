"""The free fragments of a service in a financial year."""

from typing import Any, Final

from django.db import transaction

from billing.models import AnnualBilling, DefaultAnnualAllowance
from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.clock import financial_year
from notify_project.constants import NotificationType
from services.models import Organisation, Service, User

FIRST_YEAR: Final = 2016
LAST_YEAR: Final = 2999
MAX_ALLOWANCE: Final = 2**31 - 1


class InvalidAllowance(ApiError):
    """An allowance that cannot be, or of a year that cannot be."""


def allowance_of(service: Service, year: int) -> AnnualBilling:
    """Return the allowance of a service in a financial year; the first who asks makes the row.

    Raises:
        InvalidAllowance: the year is before the first one or has not begun.
    """
    require_year(year)
    rows = AnnualBilling.objects.filter(service=service, financial_year_start=year)
    row = rows.first()
    if row is None:
        AnnualBilling.objects.bulk_create([_new(service, year)], ignore_conflicts=True)
        row = rows.get()
    return row


def set_allowance(service: Service, limit: int, *, actor: User | None, reason: str = "") -> None:
    """Set the allowance of the current year; the whole year is charged by it from now on.

    Raises:
        InvalidAllowance: the limit is impossible.
    """
    _require_limit(limit)
    year = current_year()
    with transaction.atomic():
        allowance_of(service, year)
        row = AnnualBilling.objects.select_for_update().get(
            service=service, financial_year_start=year
        )
        before = _shown(row)
        row.free_sms_fragment_limit = limit
        row.has_custom_allowance = limit != default_allowance(service.organisation_type, year)
        if _shown(row) == before:
            return
        row.updated_at = clock.now()
        row.save()
        audit.record(
            "set allowance",
            row,
            actor=actor,
            service_id=service.id,
            before=before,
            after=_shown(row),
            reason=reason,
        )


def default_allowance(organisation_type: str, year: int) -> int:
    """Return what a kind of organisation gets in a financial year; unknown kinds are others."""
    known = organisation_type in Organisation.Kind.values
    rows = DefaultAnnualAllowance.objects.filter(
        organisation_type=organisation_type if known else Organisation.Kind.OTHER,
        notification_type=NotificationType.SMS,
        valid_from_financial_year_start__lte=year,
    ).order_by("-valid_from_financial_year_start")
    return rows.values_list("allowance", flat=True).first() or 0


def populate() -> int:
    """Give every active service without one its allowance of the current year; say how many."""
    year = current_year()
    have = AnnualBilling.objects.filter(financial_year_start=year).values("service_id")
    services = Service.objects.filter(active=True).exclude(id__in=have).order_by("id")
    rows = [_new(service, year) for service in services]
    AnnualBilling.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def start_allowance(service: Service) -> None:
    """Give a new service its allowance of the current year."""
    allowance_of(service, current_year())


def current_year() -> int:
    """Return the financial year of today in London."""
    return financial_year(clock.london_today())


def require_year(year: int) -> None:
    """Refuse a financial year that has no allowances.

    Raises:
        InvalidAllowance: it is before the first one or has not begun.
    """
    if not FIRST_YEAR <= year <= current_year():
        raise InvalidAllowance(f"The year must be between {FIRST_YEAR} and {current_year()}")


def _new(service: Service, year: int) -> AnnualBilling:
    """Return the row of a new year: what was set by hand is carried on, else the default."""
    custom = AnnualBilling.objects.filter(
        service=service, financial_year_start=year - 1, has_custom_allowance=True
    ).first()
    if custom is None:
        limit = default_allowance(service.organisation_type, year)
    else:
        limit = custom.free_sms_fragment_limit
    return AnnualBilling(
        service=service,
        financial_year_start=year,
        free_sms_fragment_limit=limit,
        has_custom_allowance=custom is not None,
    )


def _shown(row: AnnualBilling) -> dict[str, int | bool]:
    return {
        "financial_year_start": row.financial_year_start,
        "free_sms_fragment_limit": row.free_sms_fragment_limit,
        "has_custom_allowance": row.has_custom_allowance,
    }


def set_default_allowance(
    kind: str, year: int, allowance: int, *, actor: User | None, reason: str = ""
) -> DefaultAnnualAllowance:
    """Set what services of a kind of organisation get, from a financial year on.

    Services that have their row of a year keep it.

    Raises:
        InvalidAllowance: the kind, the year or the number is impossible.
    """
    if kind not in Organisation.Kind.values:
        raise InvalidAllowance(f"{kind} is not a kind of organisation")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidAllowance(f"The year must be between {FIRST_YEAR} and {LAST_YEAR}")
    _require_limit(allowance)
    names: dict[str, Any] = {
        "organisation_type": kind,
        "notification_type": NotificationType.SMS,
        "valid_from_financial_year_start": year,
    }
    with transaction.atomic():
        row = DefaultAnnualAllowance.objects.select_for_update().filter(**names).first()
        before = row.allowance if row else None
        if row is not None and before == allowance:
            return row
        row, _ = DefaultAnnualAllowance.objects.update_or_create(
            **names, defaults={"allowance": allowance}
        )
        audit.record(
            "set default allowance",
            row,
            actor=actor,
            before={"kind": kind, "from": year, "allowance": before},
            after={"kind": kind, "from": year, "allowance": allowance},
            reason=reason,
        )
    return row


def _require_limit(limit: int) -> None:
    if not 0 <= limit <= MAX_ALLOWANCE:
        raise InvalidAllowance(f"The allowance must be between 0 and {MAX_ALLOWANCE}")
