"""How often templates were used in longer periods, from the facts of whole days."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from notifications.statistics.reads import believable
from notifications.statistics.shown_counts import Shown, count_to_show
from notifications.statistics.status_counts import By, count_by
from notifications.statuses import Status
from notify_project import clock
from templates_app.models import Template

# Of all services' templates the most used are shown.
MOST: Final = 50
# So many, and today: as many as counters are kept.
WHOLE_DAYS: Final = 7
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NamedUse:
    """How often a template was used, and whose it is."""

    template_id: UUID
    template_name: str
    template_type: str
    service_id: UUID
    service_name: str
    count: int


@dataclass(frozen=True, slots=True)
class PeriodUsage:
    """The use of templates in a period.

    Attributes:
        uses: the most used first.
        by_day: how many messages each day had, in order.
        shown: how sure that is.
    """

    uses: list[NamedUse]
    by_day: dict[date, int]
    shown: Shown


@dataclass(frozen=True, slots=True)
class WeekUsage(PeriodUsage):
    """The same of a week; ``believed`` are the days whose counters are complete."""

    believed: frozenset[date]


def usage_of_period(days: int, *, service_id: UUID | None = None) -> PeriodUsage:
    """Return how often templates were used on so many London days, without what was cancelled.

    Of one service today is counted, too; of all services the last day is yesterday, since to
    count today's messages of all of them takes long.
    """
    last = clock.london_today() - (_DAY if service_id is None else timedelta())
    first = last - (days - 1) * _DAY
    shown = Shown([])
    if service_id is None:
        # Two short answers: in one there is a row for each template of each day of a year.
        by_day = _sums(count_by([By.DAY, By.STATUS], first, last))
        by_template = _sums(count_by([By.TEMPLATE, By.STATUS], first, last))
    else:
        shown = count_to_show([By.DAY, By.TEMPLATE, By.STATUS], first, last, service_id)
        by_day = _sums((day, status, count) for day, _, status, count in shown.rows)
        by_template = _sums(row[1:] for row in shown.rows)
    listed = [first + n * _DAY for n in range(days)]
    return PeriodUsage(_named(by_template), {day: by_day[day] for day in listed}, shown)


def usage_of_week(service_id: UUID) -> WeekUsage:
    """Return what a service used today and on the seven London days before.

    A day comes from its counter if that can be believed; else from the figures of whole days, and
    one that has none yet, such as today, is counted.
    """
    days = clock.london_days_back(clock.london_today(), WHOLE_DAYS)
    counted = believable(service_id, days)
    believed = frozenset(counted)
    missing = [day for day in days if day not in believed]
    shown = Shown([])
    if missing:
        dimensions = [By.DAY, By.TEMPLATE]
        shown = count_to_show(dimensions, min(missing), max(missing), service_id)
        for day, template_id, count in shown.rows:
            if day not in believed:
                counted.setdefault(day, {})[template_id] = count
    by_template: Counter[UUID] = Counter()
    for counts in counted.values():
        by_template.update(counts)
    by_day = {day: sum(counted.get(day, {}).values()) for day in reversed(days)}
    return WeekUsage(_named(by_template), by_day, shown, believed)


def _sums(rows: Iterable[tuple[Any, ...]]) -> Counter[Any]:
    """Add up, for each first value of a row, what was not cancelled."""
    sums: Counter[Any] = Counter()
    for key, status, count in rows:
        if status != Status.CANCELLED:
            sums[key] += count
    return sums


def _named(by_template: Counter[UUID]) -> list[NamedUse]:
    most = dict(by_template.most_common(MOST))
    rows = Template.objects.filter(id__in=most).select_related("service")
    found = rows.only("id", "name", "template_type", "service_id", "service__name").in_bulk()
    return [
        NamedUse(
            template_id,
            found[template_id].name,
            found[template_id].template_type,
            found[template_id].service_id,
            found[template_id].service.name,
            count,
        )
        for template_id, count in most.items()
        if template_id in found
    ]
