"""What stands in which status today, of every service: counted every few minutes, kept in Redis.

One hash for each London day: the id of a service -> its numbers as JSON. Each is written whole.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from redis import Redis

from notifications.statistics.daily_status import REAL_KEY_TYPES
from notify_project.clock import london_day, london_day_bounds
from notify_project.redis_connection import RedisUnavailable, ask_redis

logger = logging.getLogger(__name__)

# Long enough for a night that counts no facts of the day.
KEEP_SECONDS: Final = 3 * 24 * 3600
# Cannot collide with a service's id.
COUNTED_AT: Final = "~counted-at"
# So many services at a time are written into one command.
_AT_A_TIME: Final = 500

# All of the day, since a status may change at any time after its hour: one look along the index on
# the time. Three million messages took 1.4 s, so five million take some 2.5 s in the evening, every
# five minutes, of one connection of the workers for reports. It takes no lock that a sender waits
# for, and the time limit of statements ends it.
_COUNT: Final = """
SELECT service_id, template_id, notification_type, notification_status, count(*)
FROM notification_history
WHERE created_at >= %s AND created_at < %s AND key_type = ANY(%s)
GROUP BY service_id, template_id, notification_type, notification_status
"""


class Number(NamedTuple):
    """How many messages have a template, a type and a status in common."""

    template_id: UUID
    notification_type: str
    status: str
    messages: int


@dataclass(frozen=True, slots=True)
class KeptDay:
    """The messages of a service's London day as they stood at an instant."""

    counted_at: datetime
    numbers: tuple[Number, ...]

    @property
    def messages(self) -> int:
        """Return how many there were."""
        return sum(number.messages for number in self.numbers)


def count_lately(now: datetime) -> list[date]:
    """Count today so far, and yesterday once more after it has ended.

    May be repeated, and run beside itself.

    Returns:
        The London days that were counted.

    Raises:
        RedisUnavailable: it cannot be kept.
    """
    today = london_day(now)
    yesterday = today - timedelta(days=1)
    days = [today] if _is_final(yesterday) else [yesterday, today]
    for day in days:
        _keep(day, _count(day), now)
    return days


def kept_counts(service_id: UUID, days: Sequence[date]) -> dict[date, KeptDay]:
    """Return what is kept of some days of a service; a day that nobody counted is not there.

    Without Redis nothing is known.
    """
    if not days:
        return {}

    def read(redis: Redis) -> list[list[bytes | None]]:
        with redis.pipeline(transaction=False) as pipeline:
            for day in days:
                pipeline.hmget(_key(day), [COUNTED_AT, str(service_id)])
            answers: list[list[bytes | None]] = pipeline.execute()
        return answers

    try:
        answers = ask_redis(f"read counts of service {service_id}", read)
    except RedisUnavailable:
        return {}
    found = {day: _read(*answer) for day, answer in zip(days, answers, strict=True)}
    return {day: kept for day, kept in found.items() if kept is not None}


def _key(day: date) -> str:
    return f"counts-{day.isoformat()}"


def _is_final(day: date) -> bool:
    """Say whether a day was counted after it had ended."""
    at: Any = ask_redis(
        f"read when {day} was counted", lambda redis: redis.hget(_key(day), COUNTED_AT)
    )
    return at is not None and datetime.fromisoformat(at.decode()) >= london_day_bounds(day)[1]


def _count(day: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [*london_day_bounds(day), REAL_KEY_TYPES])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _keep(day: date, rows: Iterable[tuple[Any, ...]], now: datetime) -> None:
    by_service: dict[str, list[list[Any]]] = defaultdict(list)
    for service_id, template_id, *rest in rows:
        by_service[str(service_id)].append([str(template_id), *rest])
    fields = [(service, json.dumps(numbers)) for service, numbers in by_service.items()]

    def keep(redis: Redis) -> None:
        with redis.pipeline() as pipeline:
            pipeline.delete(_key(day))
            pipeline.hset(_key(day), COUNTED_AT, now.isoformat())
            for begin in range(0, len(fields), _AT_A_TIME):
                pipeline.hset(_key(day), mapping=dict(fields[begin : begin + _AT_A_TIME]))
            pipeline.expire(_key(day), KEEP_SECONDS)
            pipeline.execute()

    ask_redis(f"keep counts of {day}", keep)


def _read(counted_at: bytes | None, numbers: bytes | None) -> KeptDay | None:
    if counted_at is None:
        return None
    try:
        rows = [
            Number(UUID(template_id), kind, status, int(count))
            for template_id, kind, status, count in json.loads(numbers or b"[]")
        ]
        return KeptDay(datetime.fromisoformat(counted_at.decode()), tuple(rows))
    except (ValueError, TypeError, AttributeError):
        logger.warning("what is kept of a day's counts cannot be read")
        return None
