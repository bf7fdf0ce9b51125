"""Which day's letters a letter is printed with. Pure."""

from datetime import UTC, date, datetime, time, timedelta

from notify_project.clock import LONDON

# Source: the API contract, estimated delivery. A day of printing begins at 17:30:00 in London the
# evening before; this moves it to midnight.
_FROM_HALF_PAST_FIVE_TO_MIDNIGHT = timedelta(hours=6, minutes=30)


def print_day(created_at: datetime) -> date:
    """Return the day for which a letter is collected: its folder, its run, its last cancelling.

    Args:
        created_at: when it was accepted; never the time at which something is done with it.
    """
    return (created_at.astimezone(LONDON) + _FROM_HALF_PAST_FIVE_TO_MIDNIGHT).date()


def end_of_print_day(day: date) -> datetime:
    """Return when the letters of a day are complete, and may not be cancelled any more, in UTC."""
    return datetime.combine(day, time(17, 30), tzinfo=LONDON).astimezone(UTC)
