"""Letters that have stood in one state for too long: each look logs an error that names them."""

import logging
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from notifications.letters import files
from notifications.letters.estimated_delivery import is_working_day
from notifications.letters.print_day import end_of_print_day
from notifications.letters.printing.printers import all_are_held
from notifications.letters.printing.ready import unheld
from notifications.lifecycle.held import read_held
from notifications.models import Notification
from notifications.statuses import Status
from notify_project import clock
from notify_project.clock import london_midnight
from notify_project.constants import NotificationType

logger = logging.getLogger(__name__)

# Source: the life of a letter, states that last too long.
UNCHECKED_FOR = (timedelta(minutes=10), timedelta(hours=2))
UNCHECKED_FOR_DAYS = (timedelta(days=3), timedelta(days=5))
FAILED_WITHIN: Final = timedelta(days=3)
WORKING_DAYS_TO_PRINT: Final = 2
# A line with more is of no use to anybody.
IDS_NAMED: Final = 100


def check_if_letters_still_pending_virus_check() -> None:
    """Name letters whose file is gone before anybody has checked it."""
    # In this order: a file is removed only after its letter has left this state.
    stored = {files.reference_in(name) for name in files.names_in_scan()}
    waiting = _unchecked(*UNCHECKED_FOR).exclude(reference__in=stored)
    _alert(waiting, "wait for their virus check, and their files are gone")


def check_letters_pending_virus_check_nightly() -> None:
    """Name letters that nobody could check for days; those do not end by themselves."""
    _alert(_unchecked(*UNCHECKED_FOR_DAYS), "have waited for their virus check for three days")


def check_if_letters_still_in_created() -> None:
    """Name letters that yesterday's print run should have taken, or one before."""
    deadline = end_of_print_day(clock.london_today() - timedelta(days=1))
    missed = unheld(_letters(Status.CREATED).filter(created_at__lt=deadline))
    # That the printer is held is known, and has an alert of its own.
    missed = missed.exclude(all_are_held(read_held()))
    _alert(missed, "were in no print run, and should have been")


def check_if_letters_in_technical_failure() -> None:
    """Name letters that failed here within three days."""
    since = clock.now() - FAILED_WITHIN
    failed = _letters(Status.TECHNICAL_FAILURE).filter(updated_at__gte=since)
    _alert(failed, "are in technical-failure: send each again, or give it up")


def raise_alert_if_letters_still_sending() -> None:
    """Name letters that the printer has had for two days of printing without a word."""
    today = clock.london_today()
    if not is_working_day(today):
        return
    handed_over = Coalesce("sent_at", "updated_at", "created_at")
    silent = _letters(Status.SENDING).alias(handed_over_at=handed_over)
    before = london_midnight(_last_working_days(today, WORKING_DAYS_TO_PRINT)[-1])
    _alert(silent.filter(handed_over_at__lt=before), "have been with the printer for two days")


def _letters(status: Status) -> QuerySet[Notification]:
    return Notification.objects.filter(
        notification_type=NotificationType.LETTER, status=status, is_real=True
    )


def _unchecked(fewest: timedelta, most: timedelta) -> QuerySet[Notification]:
    now: datetime = clock.now()
    return _letters(Status.PENDING_VIRUS_CHECK).filter(
        created_at__lte=now - fewest, created_at__gt=now - most
    )


def _last_working_days(day: date, count: int) -> list[date]:
    """Return a working day and those before it, newest first."""
    days: list[date] = []
    while len(days) < count:
        if is_working_day(day):
            days.append(day)
        day -= timedelta(days=1)
    return days


def _alert(rows: QuerySet[Notification], words: str) -> None:
    count = rows.count()
    if count:
        ids = rows.order_by("created_at", "id").values_list("id", flat=True)[:IDS_NAMED]
        more = f" and {count - IDS_NAMED} more" if count > IDS_NAMED else ""
        logger.error("%s letters %s: %s%s", count, words, ", ".join(map(str, ids)), more)
