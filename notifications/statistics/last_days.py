"""What a service sent today and on the days before, counted once for all that a page shows."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from notifications.statistics.status_counts import By, count_by
from notifications.statistics.tallies import Tally, tally_by_type
from notify_project import clock


@dataclass(frozen=True, slots=True)
class LastDays:
    """The messages of a service on some London days, the last of them today.

    Attributes:
        today: what became of each type today.
        all_days: what became of each type on all of them.
        of_today: how many of a type stand in a status today.
        by_template: how often each template was used.
    """

    today: dict[str, Tally]
    all_days: dict[str, Tally]
    of_today: list[tuple[str, str, int]]
    by_template: Counter[UUID]


def last_days(service_id: UUID, whole_days: int) -> LastDays:
    """Count what a service sent today and on so many whole London days before."""
    today = clock.london_today()
    rows = count_by(
        [By.DAY, By.TEMPLATE, By.TYPE, By.STATUS],
        today - timedelta(days=whole_days),
        today,
        service_ids=[service_id],
    )
    of_today = [(kind, status, count) for day, _, kind, status, count in rows if day == today]
    by_template: Counter[UUID] = Counter()
    for _, template_id, _, _, count in rows:
        by_template[template_id] += count
    return LastDays(
        today=tally_by_type(of_today),
        all_days=tally_by_type((kind, status, count) for _, _, kind, status, count in rows),
        of_today=of_today,
        by_template=by_template,
    )
