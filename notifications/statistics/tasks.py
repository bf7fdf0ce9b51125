"""What workers run to keep figures right."""

import logging
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings

from notifications.statistics.daily_status import replace_facts
from notifications.statistics.hourly_volumes import count_hours
from notifications.statistics.kept_counts import count_lately
from notifications.statistics.processing_time import save_missing_processing_times
from notifications.statistics.rebuild import RebuildRunning, rebuild
from notifications.statistics.repair import rebuild_day, repair_noted_days
from notifications.statistics.uncounted_days import days_to_count
from notify_project import clock
from notify_project.constants import Queue
from notify_project.queues import enqueue

logger = logging.getLogger(__name__)


def rebuild_template_usage(service_id: str, day: str) -> None:
    """Count one service's London day again."""
    if not settings.REDIS_ENABLED:
        return
    try:
        rebuild(UUID(service_id), date.fromisoformat(day))
    except RebuildRunning:
        logger.info("template usage of service %s on %s is being rebuilt", service_id, day)


def repair_template_usage() -> None:
    """Count the days again that missed an increment; every ten minutes."""
    if settings.REDIS_ENABLED:
        logger.info("repaired template usage of %s days", repair_noted_days())


def rebuild_template_usage_for_yesterday() -> None:
    """Count yesterday again for every service that sent anything; just after midnight."""
    if settings.REDIS_ENABLED:
        yesterday = clock.london_today() - timedelta(days=1)
        logger.info("rebuilt template usage of %s services", rebuild_day(yesterday))


def create_nightly_notification_status() -> None:
    """Queue the counting of each day of a service whose facts may be missing or have changed."""
    days = days_to_count(clock.london_today())
    for each in days:
        enqueue(
            count_day_of_service,
            str(each.service_id),
            each.day.isoformat(),
            *each.notification_types,
            queue=Queue.REPORTING,
        )
    logger.info("%s days of services are to be counted", len(days))


def count_day_of_service(service_id: str, day: str, *notification_types: str) -> None:
    """Count how the messages of a service's London day stand, and replace its facts."""
    replaced = replace_facts(UUID(service_id), date.fromisoformat(day), notification_types)
    logger.info(
        "facts of service %s on %s: %s messages, %s numbers changed",
        service_id,
        day,
        sum(replaced.counted.values()),
        len(replaced.differences),
    )


def save_daily_notification_processing_time() -> None:
    """Count how many of yesterday's messages were handed over within ten seconds."""
    for day in save_missing_processing_times(clock.london_today()):
        logger.info("processing time of %s is counted", day)


def count_hourly_volumes() -> None:
    """Count the messages of the last hours; every few minutes."""
    logger.info("counted the messages of %s hours", len(count_hours(clock.now())))


def count_messages_of_today() -> None:
    """Count today's messages by service, template, type and status; every few minutes."""
    if settings.REDIS_ENABLED:
        days = count_lately(clock.now())
        logger.info("counted the messages of %s", ", ".join(map(str, days)))
