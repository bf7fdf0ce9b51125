"""Everything that can be measured just now; a server that is away is itself a finding."""

import logging
from datetime import datetime

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections
from redis import RedisError

from notify_project import metrics
from notify_project.database import is_away
from notify_project.metrics import Place
from notify_project.monitoring import gauges, tables, tasks
from notify_project.monitoring.gauges import Reading
from notify_project.queues import is_scheduler_alive
from notify_project.redis_connection import RedisUnavailable

logger = logging.getLogger(__name__)


def measure(now: datetime) -> list[Reading]:
    """Read every gauge that can be read."""
    return [*_of_database(now), *_of_redis(now)]


def counted() -> dict[Place, float]:
    """Return what processes counted, this one's last seconds included; nothing without Redis."""
    metrics.flush()
    try:
        return metrics.totals()
    except RedisUnavailable:
        return {}


def _of_database(now: datetime) -> list[Reading]:
    try:
        found = tables.readings(now)
    except (DatabaseError, InterfaceError) as error:
        # What takes longer than a statement may is as good as no answer.
        if not (is_away(error) or isinstance(error, OperationalError)):
            raise
        logger.warning("the database cannot be measured: %s", type(error).__name__)
        close_old_connections()
        return [Reading(gauges.UP, 0, ("database",))]
    return [Reading(gauges.UP, 1, ("database",)), *found]


def _of_redis(now: datetime) -> list[Reading]:
    try:
        found = tasks.readings(now)
        scheduler = is_scheduler_alive()
    except (RedisError, OSError) as error:
        logger.warning("redis failed: measure: %s", type(error).__name__)
        return [Reading(gauges.UP, 0, ("redis",))]
    up = Reading(gauges.UP, 1, ("redis",))
    return [up, Reading(gauges.UP, int(scheduler), ("scheduler",)), *found]
