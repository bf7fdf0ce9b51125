"""What the clock will do to a message. Pure."""

from datetime import datetime, time, timedelta
from typing import Final

from notifications.lifecycle.expiry import PATIENCE
from notify_project.clock import LONDON, london_day

# Of the schedule, in London.
_EXPIRY_AT: Final = time(0, 5)
_DELETION_AT: Final = time(3, 0)


def gives_up_at(created_at: datetime) -> datetime:
    """Return when a text or an email is ended that has no outcome by then: the night after 72 h."""
    limit = created_at + PATIENCE
    run = datetime.combine(london_day(limit), _EXPIRY_AT, tzinfo=LONDON)
    return run if run > limit else run + timedelta(days=1)


def deleted_at(created_at: datetime, days: int) -> datetime:
    """Return the night in which a message that may be kept so many days is deleted."""
    day = london_day(created_at) + timedelta(days=days + 1)
    return datetime.combine(day, _DELETION_AT, tzinfo=LONDON)
