"""What became of the messages of one service, by London days."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from notifications.statistics.last_days import LastDays
from notifications.statistics.status_counts import By, count_by
from notifications.statistics.tallies import Tally, tally_by_type
from notifications.statuses import Status
from notify_project import clock
from notify_project.clock import financial_year_days
from notify_project.constants import NotificationType
from templates_app.models import Template

LAST_USED_WITHIN: Final = timedelta(days=365)
# Months as the API writes them, then types, then statuses that occur.
Months = dict[str, dict[str, dict[str, int]]]


@dataclass(frozen=True, slots=True)
class TemplateMonth:
    """How often a template was used in a month, without what was cancelled."""

    month: str
    template_id: UUID
    template_name: str
    template_type: str
    count: int


def service_statistics(service_id: UUID, whole_days: int) -> dict[str, Tally]:
    """Return what became of each type of message.

    Args:
        service_id: who sent them.
        whole_days: so many whole London days before today, and today so far.
    """
    today = clock.london_today()
    first = today - timedelta(days=whole_days)
    return tally_by_type(count_by([By.TYPE, By.STATUS], first, today, service_ids=[service_id]))


def monthly_statistics(
    service_id: UUID, financial_year: int, *, lately: LastDays | None = None
) -> Months:
    """Return how many messages stand in each status, for each month and type.

    Args:
        service_id: who sent them.
        financial_year: the year in whose April it begins; its months are there up to now.
        lately: the last days, if somebody has counted them; they are not counted again.
    """
    first, last = financial_year_days(financial_year)
    today = clock.london_today()
    months: Months = {
        month: {kind: {} for kind in NotificationType.values}
        for month in _months(first, min(last, today))
    }
    rows: list[tuple[Any, ...]] = []
    if lately is not None:
        rows = [row for row in lately.by_day if first <= row[0] <= last]
        last = min(last, lately.first - timedelta(days=1))
    if first <= last:
        rows += count_by([By.MONTH, By.TYPE, By.STATUS], first, last, service_ids=[service_id])
    for month, notification_type, status, count in rows:
        statuses = months[_month(month)][notification_type]
        statuses[status] = statuses.get(status, 0) + count
    return months


def template_usage_by_month(service_id: UUID, financial_year: int) -> list[TemplateMonth]:
    """Return how often each template was used, by month and then by name.

    Args:
        service_id: who used them.
        financial_year: the year in whose April it begins.
    """
    first, last = financial_year_days(financial_year)
    counts: dict[tuple[str, UUID], int] = {}
    rows = count_by([By.MONTH, By.TEMPLATE, By.STATUS], first, last, service_ids=[service_id])
    for month, template_id, status, count in rows:
        if status != Status.CANCELLED:
            key = (_month(month), template_id)
            counts[key] = counts.get(key, 0) + count
    used = Template.objects.filter(
        service_id=service_id, id__in={template_id for _, template_id in counts}
    )
    templates = used.only("id", "name", "template_type").in_bulk()
    usage = [
        TemplateMonth(
            month=month,
            template_id=template_id,
            template_name=templates[template_id].name,
            template_type=templates[template_id].template_type,
            count=count,
        )
        for (month, template_id), count in counts.items()
        if template_id in templates
    ]
    return sorted(usage, key=lambda use: (use.month, use.template_name, use.template_id))


def template_last_used(service_id: UUID, template_id: UUID) -> date | None:
    """Return the London day on which a template was last used, if that is within a year."""
    today = clock.london_today()
    used = count_by(
        [By.DAY],
        today - LAST_USED_WITHIN,
        today,
        service_ids=[service_id],
        template_id=template_id,
    )
    return max((day for day, _ in used), default=None)


def _months(first: date, last: date) -> list[str]:
    """Return the months of a period that begins with one, in order."""
    months = []
    while first <= last:
        months.append(_month(first))
        first = (first + timedelta(days=31)).replace(day=1)
    return months


def _month(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"
