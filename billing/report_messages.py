"""The messages behind a figure, all of them: ids and how they stand, and nobody's address."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from django.db.models import Q

from billing.daily import Dimensions
from billing.explain import PAGE, Wanted, messages_behind
from billing.models import FactBilling
from notifications.models import NotificationHistory, ReportRequest
from notify_project.clock import london_day_bounds
from notify_project.constants import NotificationType
from services.models import Service

# What history holds of a message; a caller's reference may name a person, so it stays out.
_COLUMNS: Final = (
    *("id", "created_at", "sent_at", "notification_type", "status", "key_type"),
    *("template_id", "template_version", "job_id", "sent_by", "reference"),
    *("billable_units", "rate_multiplier", "international", "postage"),
)
_BATCH: Final = 2000


def narrowed_to(fact: FactBilling) -> dict[str, Any]:
    """Return what tells the messages of a row of usage by day from the others of its day."""
    row = Dimensions(*(getattr(fact, name) for name in Dimensions._fields))
    return {**row._asdict(), "template_id": str(row.template_id), "rate": str(row.rate)}


def messages_of_days(report: ReportRequest) -> Iterator[tuple[object, ...]]:
    """Yield every real message of a service and some days, type by type, oldest first."""
    yield _COLUMNS
    begin, _ = london_day_bounds(report.first_day)
    _, end = london_day_bounds(report.last_day)
    for kind in NotificationType.values:
        yield from _of_type(cast("UUID", report.service_id), kind, begin, end)


def messages_behind_row(report: ReportRequest) -> Iterator[tuple[object, ...]]:
    """Yield the messages that one row of usage by day counts, newest first."""
    yield "id", "day", "status", "billable units", "charged units", "rate"
    row = _dimensions(report.narrowed)
    wanted = Wanted(
        report.first_day,
        report.last_day,
        notification_type=row.notification_type,
        template_id=row.template_id,
        postage=None if row.postage == "none" else row.postage,
        rate=row.rate,
    )
    service = cast("Service", report.service)
    last: UUID | None = None
    while True:
        found = messages_behind(service, wanted, older_than=last)
        for each in found:
            if each.dimensions == row:
                yield each.id, each.day, each.status, each.billable_units, each.units, each.rate
        if len(found) < PAGE:
            return
        last = found[-1].id


def _dimensions(narrowed: dict[str, Any]) -> Dimensions:
    return Dimensions(
        **{
            **narrowed,
            "template_id": UUID(narrowed["template_id"]),
            "rate": Decimal(narrowed["rate"]),
        }
    )


def _of_type(
    service_id: UUID, kind: str, begin: datetime, end: datetime
) -> Iterator[tuple[object, ...]]:
    rows = NotificationHistory.objects.filter(
        service_id=service_id, notification_type=kind, created_at__lt=end
    ).order_by("created_at", "id")
    after = Q(created_at__gte=begin)
    while batch := list(rows.filter(after).values_list(*_COLUMNS)[:_BATCH]):
        yield from batch
        last_id, last_at, *_ = batch[-1]
        # The first part lets the index begin here.
        after = Q(created_at__gte=last_at) & (
            Q(created_at__gt=last_at) | Q(created_at=last_at, id__gt=last_id)
        )
