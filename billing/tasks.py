"""What workers run: the days of bills, allowances and budgets."""

import logging
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from billing import allowances, daily, report_requests
from billing.budgets import tell_of_spent_budgets
from notify_project import clock
from notify_project.constants import Queue
from notify_project.queues import enqueue

logger = logging.getLogger(__name__)

# Letters change for days after they were accepted.
DAYS: Final = 10


def create_nightly_billing() -> None:
    """Queue a task for each of the last ten London days; just after midnight."""
    yesterday = clock.london_today() - timedelta(days=1)
    for day in reversed(clock.london_days_back(yesterday, DAYS - 1)):
        enqueue(create_billing_of_day, day.isoformat(), queue=Queue.REPORTING)


def create_billing_of_day(day: str) -> None:
    """Build one London day of bills, whether or not it was built before."""
    changed = daily.rebuild_day(date.fromisoformat(day))
    logger.info("billing of %s changed for %s services", day, changed)


def update_ft_billing_for_today() -> None:
    """Build today so far and, in its first hour, the end of yesterday; hourly."""
    now = clock.now()
    for day in dict.fromkeys(map(clock.london_day, (now, now - timedelta(hours=1)))):
        create_billing_of_day(day.isoformat())


def alert_on_spent_budgets() -> None:
    """Tell of the budgets of which half, four fifths or all is spent; hourly."""
    logger.info("%s shares of budgets are spent", tell_of_spent_budgets())


def populate_annual_billing() -> None:
    """Give services without one their allowance of this year; daily, 1 April included."""
    logger.info("gave %s services their allowance", allowances.populate())


def make_report(report_id: str) -> None:
    """Make the file of a report that somebody asked for."""
    if report_requests.make(UUID(report_id)):
        logger.info("report %s is made", report_id)


def restart_lost_reports() -> None:
    """Queue the reports again whose worker is gone; every few minutes."""
    for report_id in report_requests.restart_lost(clock.now()):
        logger.warning("report %s has stopped by itself: it is begun again", report_id)
        enqueue(make_report, str(report_id), queue=Queue.REPORTING)


def expire_reports() -> None:
    """Delete the files of old reports; hourly."""
    logger.info("%s reports expired", report_requests.expire(clock.now()))
