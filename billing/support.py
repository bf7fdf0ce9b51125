"""What support staff do to bills, kept with the audit events."""

from datetime import date

from django.db import transaction

from billing.daily import Difference, Dimensions, Tally, rebuild
from billing.rates import DayPrices
from notify_project import audit
from services.models import Service, User


def rebuild_by_hand(
    service: Service, day: date, prices: DayPrices, *, actor: User | None = None, reason: str = ""
) -> Difference:
    """Rebuild a service's day, and keep which rows that changed, and from what."""
    with transaction.atomic():
        difference = rebuild(service, day, prices)
        changes = difference.changes
        if changes:
            audit.record(
                "rebuild billing",
                service,
                actor=actor,
                service_id=service.id,
                before={"day": str(day), "rows": [_row(row, old) for row, old, _ in changes]},
                after={"day": str(day), "rows": [_row(row, new) for row, _, new in changes]},
                reason=reason,
            )
    return difference


def _row(row: Dimensions, tally: Tally | None) -> dict[str, object]:
    counted = {"billable_units": 0, "notifications_sent": 0} if tally is None else tally._asdict()
    return {**row._asdict(), "template_id": str(row.template_id), "rate": str(row.rate)} | counted
