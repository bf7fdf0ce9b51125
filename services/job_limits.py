"""The daily limits of a service as a job sees them: for all of its rows, or for none."""

import logging
from uuid import UUID

from notify_project import clock
from notify_project.constants import NotificationType
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis
from services.day_counters import (
    COUNTED,
    DAY_SECONDS,
    INTERNATIONAL_SMS,
    MISSING,
    NO_NUMBER,
    begin,
    day_counter,
    recount,
)
from services.read_models import ServiceModel

logger = logging.getLogger(__name__)

# KEYS: what says that the job was counted, then the counters. ARGV: seconds, then for each
# counter how many, and its limit. Asked twice, a job is counted once.
_RESERVE = (
    COUNTED
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
for place = 2, #KEYS do
    local used = counted(KEYS[place])
    if used < 0 then return used end
    if used + tonumber(ARGV[place * 2 - 2]) > tonumber(ARGV[place * 2 - 1]) then return 0 end
end
for place = 2, #KEYS do
    redis.call('INCRBY', KEYS[place], ARGV[place * 2 - 2])
    if redis.call('TTL', KEYS[place]) < 0 then redis.call('EXPIRE', KEYS[place], ARGV[1]) end
end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
return 1
"""
)
_LOOK = COUNTED + "return counted(KEYS[1])"


def remaining_today(service: ServiceModel, word: str) -> int | None:
    """Return how many more messages a service may send today; None if Redis cannot say.

    Args:
        service: that sends.
        word: the channel, or ``international_sms``.
    """
    now = clock.now()
    used = _ask(service.id, Batch().eval(_LOOK, 1, day_counter(service.id, word, now)))
    if used == MISSING:
        used = recount(service.id, word, now)
    return None if used is None else max(0, service.daily_limits[word] - used)


def reserve(
    service: ServiceModel, job_id: UUID, notification_type: str, *, rows: int, international: int
) -> bool:
    """Count all messages of a job against the limits of today, or none if one would be passed.

    Without Redis nothing is refused, and that is logged.

    Args:
        service: that sends.
        job_id: is counted once, however often this is called.
        notification_type: the channel.
        rows: how many messages.
        international: how many of them are texts to other countries.
    """
    if service.research_mode:
        return True
    now = clock.now()
    counts = {notification_type: rows}
    if notification_type == NotificationType.SMS and international:
        counts[INTERNATIONAL_SMS] = international
    keys = [f"job-counted-{job_id}", *(day_counter(service.id, word, now) for word in counts)]
    amounts = [each for word in counts for each in (counts[word], service.daily_limits[word])]

    def ask(batch: Batch) -> int | None:
        return _ask(service.id, batch.eval(_RESERVE, len(keys), *keys, DAY_SECONDS, *amounts))

    answer = ask(Batch())
    if answer == MISSING:
        batch = Batch()
        for word in counts:
            begin(batch, service.id, word, now)
        answer = ask(batch)
    return answer != 0


def _ask(service_id: UUID, batch: Batch) -> int | None:
    try:
        *_, answer = ask_redis(f"limits of service {service_id}", batch.answers)
    except RedisUnavailable:
        logger.warning("limits of service %s are not enforced for a job", service_id)
        return None
    if not isinstance(answer, int) or answer == NO_NUMBER:
        logger.error("limits of service %s cannot be read: a counter is no number", service_id)
        return None
    return answer
