"""Wake a lane once, however many messages have come."""

import logging
from functools import partial

from redis import Redis, RedisError

from notifications.delivery.lane_flag import lower_flag, raise_flag
from notifications.delivery.tasks import deliver_lane
from notify_project.constants import Queue
from notify_project.queues import enqueue
from notify_project.redis_connection import RedisUnavailable, ask_redis, redis_connection

__all__ = ["enqueue_lane", "raise_flag", "wake"]

logger = logging.getLogger(__name__)


def enqueue_lane(lane: Queue) -> None:
    """Queue the task of a lane whose flag the caller has just raised.

    Raises:
        redis.RedisError: it is not queued, and the flag is down again.
    """
    try:
        enqueue(deliver_lane, Queue(lane).value, queue=lane)
    except RedisError:
        lower_flag(redis_connection(), lane)
        raise


def wake(*lanes: Queue) -> None:
    """Queue a task for each lane in which none waits; without Redis, log and go on."""
    for lane in lanes:
        try:
            ask_redis(f"wake lane {lane}", partial(_wake_one, lane))
        except RedisUnavailable:
            logger.warning("lane %s was not woken; the schedule tries again", lane)


def _wake_one(lane: Queue, redis: Redis) -> None:
    if raise_flag(redis, lane):
        enqueue_lane(lane)
