"""What workers run to keep the counters of template usage right."""

import logging
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings

from notifications.statistics.rebuild import RebuildRunning, rebuild
from notifications.statistics.repair import rebuild_day, repair_noted_days
from notify_project import clock

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
