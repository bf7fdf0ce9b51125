"""What reports say, row by row: their headings first."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from billing import reports
from billing.pricing import total
from billing.report_messages import messages_behind_row, messages_of_days
from billing.reports import ServiceBill
from notifications.models import ReportRequest
from notifications.statistics.processing_time import processing_times
from notifications.statistics.status_counts import By, count_by
from notify_project.constants import NotificationType
from services.models import Service

Kind = ReportRequest.Kind
Row = Iterable[object]
_PENNY: Final = Decimal("0.01")


def rows_of(report: ReportRequest) -> Iterator[Row]:
    """Yield the rows of a report, its headings first.

    Raises:
        InvalidPeriod: bills of days of two financial years.
    """
    yield from _ROWS[Kind(report.kind)](report)


def _billing(report: ReportRequest) -> Iterator[Row]:
    yield (
        *("organisation", "service id", "service", "charged fragments", "texts, pounds"),
        *("letters", "letters, pounds", "letters in words", "all, pounds"),
    )
    for bill in reports.billing_report(report.first_day, report.last_day):
        if report.service_id in {None, bill.service.pk}:
            yield _billed(bill)


def _billed(bill: ServiceBill) -> Row:
    texts, letters = bill.of(NotificationType.SMS), bill.of(NotificationType.LETTER)
    organisation = bill.service.organisation
    return (
        organisation.name if organisation else "",
        bill.service.id,
        bill.service.name,
        sum(each.charged for each in texts),
        _pounds(total(texts)),
        sum(each.use.notifications_sent for each in letters),
        _pounds(total(letters)),
        "; ".join(bill.letter_breakdown),
        _pounds(bill.cost),
    )


def _daily_volumes(report: ReportRequest) -> Iterator[Row]:
    return _of_dicts(reports.daily_volumes(report.first_day, report.last_day), "bst_date")


def _service_volumes(report: ReportRequest) -> Iterator[Row]:
    rows = reports.volumes_by_service(report.first_day, report.last_day)
    return _of_dicts(rows, "organisation_name", "service_id", "service_name")


def _provider_volumes(report: ReportRequest) -> Iterator[Row]:
    rows = reports.daily_provider_volumes(report.first_day, report.last_day)
    return _of_dicts(rows, "bst_date", "provider")


def _processing_time(report: ReportRequest) -> Iterator[Row]:
    yield "day", "messages", "within 10 seconds", "percent"
    for day in processing_times(report.first_day, report.last_day):
        percent = f"{day.percentage:.2f}"
        yield day.day, day.messages_total, day.messages_within_10_secs, percent


def _monthly_statuses(report: ReportRequest) -> Iterator[Row]:
    yield "service id", "service", "month", "type", "status", "messages"
    only = None if report.service_id is None else [report.service_id]
    dimensions = [By.SERVICE, By.MONTH, By.TYPE, By.STATUS]
    counted = count_by(dimensions, report.first_day, report.last_day, service_ids=only)
    names = dict(Service.objects.values_list("id", "name"))
    lines = [(names[service_id], service_id, *rest) for service_id, *rest in counted]
    for name, service_id, month, *rest in sorted(lines, key=lambda line: (line[0], *line[2:])):
        yield (service_id, name, _month(month), *rest)


def _messages(report: ReportRequest) -> Iterator[Row]:
    return messages_behind_row(report) if report.narrowed else messages_of_days(report)


_ROWS: Final[dict[Kind, Callable[[ReportRequest], Iterator[Row]]]] = {
    Kind.BILLING: _billing,
    Kind.DAILY_VOLUMES: _daily_volumes,
    Kind.SERVICE_VOLUMES: _service_volumes,
    Kind.PROVIDER_VOLUMES: _provider_volumes,
    Kind.PROCESSING_TIME: _processing_time,
    Kind.MONTHLY_STATUSES: _monthly_statuses,
    Kind.MESSAGES: _messages,
}
# What the columns of reports are called, where that differs from their names.
_HEADINGS: Final = {
    "bst_date": "day",
    "organisation_name": "organisation",
    "service_name": "service",
    "sms_totals": "texts",
    "sms_fragment_totals": "fragments",
    "sms_chargeable_units": "fragments times prefix",
    "email_totals": "emails",
    "letter_totals": "letters",
    "letter_sheet_totals": "sheets",
}
_VOLUMES: Final = (
    *("sms_totals", "sms_fragment_totals", "sms_chargeable_units"),
    *("email_totals", "letter_totals", "letter_sheet_totals"),
)


def _of_dicts(rows: list[dict[str, Any]], *first: str) -> Iterator[Row]:
    volumes = [name for name in _VOLUMES if not rows or name in rows[0]]
    columns = [*first, *volumes]
    yield [_HEADINGS.get(name, name.replace("_", " ")) for name in columns]
    for row in rows:
        yield [row[name] for name in columns]


def _pounds(amount: Decimal) -> Decimal:
    return amount.quantize(_PENNY, ROUND_HALF_UP)


def _month(first: date) -> str:
    return f"{first.year:04}-{first.month:02}"
