"""Before which instant messages are deleted, for each number of days they may be kept."""

from datetime import date, datetime, timedelta

from notify_project.clock import london_midnight
from services.models.retention import LONGEST_DAYS, SHORTEST_DAYS


def cutoffs(today: date) -> dict[int, datetime]:
    """Return the London midnight, in UTC, that ends what is kept for so many days.

    Args:
        today: the London day; of it and of so many days before it everything is kept.
    """
    return {
        days: london_midnight(today - timedelta(days=days))
        for days in range(SHORTEST_DAYS, LONGEST_DAYS + 1)
    }
