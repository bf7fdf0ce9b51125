"""Days whose counters of template usage may be wrong: note them, and count them again."""

import logging
from datetime import date, timedelta
from uuid import UUID

from django.db import DatabaseError

from notifications.models import TemplateUsageRepair
from notifications.statistics.rebuild import RebuildRunning, rebuild
from notifications.statistics.usage_in_history import services_with_usage
from notify_project import clock

logger = logging.getLogger(__name__)

# Today and seven whole days before it are ever asked for. Source: the API contract.
LONGEST_REPORT_DAYS = 7


def note_for_repair(service_id: UUID, day: date) -> None:
    """Note a day whose counters missed something; a day that is noted stays so."""
    TemplateUsageRepair.objects.bulk_create(
        [TemplateUsageRepair(service_id=service_id, day=day)], ignore_conflicts=True
    )


def repair_noted_days() -> int:
    """Rebuild the days that were noted and return how many there were.

    Raises:
        redis.RedisError: Redis is still away; what is not repaired stays noted.
    """
    oldest = clock.london_today() - timedelta(days=LONGEST_REPORT_DAYS)
    TemplateUsageRepair.objects.filter(day__lt=oldest).delete()
    noted = list(TemplateUsageRepair.objects.order_by("day", "service_id"))
    for row in noted:
        # Taken off first: what goes wrong from here on notes the day anew.
        row.delete()
        try:
            rebuild(row.service_id, row.day)
        except RebuildRunning:
            note_for_repair(row.service_id, row.day)
        except Exception:
            note_for_repair(row.service_id, row.day)
            raise
    return len(noted)


def rebuild_day(day: date) -> int:
    """Rebuild a day for every service that sent anything, and log what was wrong.

    Returns:
        How many services there were.

    Raises:
        redis.RedisError: Redis failed; the rest of the services were not looked at.
    """
    services = services_with_usage(day)
    for service_id in services:
        try:
            differences = rebuild(service_id, day).differences
        except RebuildRunning:
            continue
        for template_id, (stored, calculated) in differences.items():
            logger.warning(
                "template usage of service %s on %s, template %s: stored %s, calculated %s",
                service_id,
                day,
                template_id,
                stored,
                calculated,
            )
    return len(services)


def note_lost_increment(service_id: UUID, day: date) -> None:
    """Note a day from the path of a message, which must not fail because of it."""
    try:
        note_for_repair(service_id, day)
    except DatabaseError:
        # The nightly rebuild of the day finds the difference.
        logger.exception("template usage of service %s on %s was not noted", service_id, day)
