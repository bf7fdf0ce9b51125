"""What a service sent today and on the days before, counted once for all that a page shows."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from notifications.statistics.shown_counts import Shown, count_to_show
from notifications.statistics.status_counts import By
from notifications.statistics.tallies import Tally, tally_by_type
from notify_project import clock


@dataclass(frozen=True, slots=True)
class LastDays:
    """The messages of a service on some London days, the last of them today.

    Attributes:
        today: what became of each type today.
        all_days: what became of each type on all of them.
        first: the first of them.
        by_day: how many of a type stand in a status, day by day.
        by_template: how often each template was used.
        shown: how sure that is.
    """

    today: dict[str, Tally]
    all_days: dict[str, Tally]
    first: date
    by_day: list[tuple[date, str, str, int]]
    by_template: Counter[UUID]
    shown: Shown


def last_days(service_id: UUID, whole_days: int) -> LastDays:
    """Count what a service sent today and on so many whole London days before."""
    today = clock.london_today()
    first = today - timedelta(days=whole_days)
    shown = count_to_show([By.DAY, By.TEMPLATE, By.TYPE, By.STATUS], first, today, service_id)
    by_day = [(day, kind, status, count) for day, _, kind, status, count in shown.rows]
    by_template: Counter[UUID] = Counter()
    for _, template_id, _, _, count in shown.rows:
        by_template[template_id] += count
    return LastDays(
        today=tally_by_type(row[1:] for row in by_day if row[0] == today),
        all_days=tally_by_type(row[1:] for row in by_day),
        first=first,
        by_day=by_day,
        by_template=by_template,
        shown=shown,
    )
