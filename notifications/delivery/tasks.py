"""What workers run to empty a lane."""

import logging

from notifications.delivery.claim import has_due_rows
from notifications.delivery.deliver import deliver
from notifications.delivery.lane_flag import lower_flag, raise_flag
from notify_project import clock
from notify_project.constants import Queue
from notify_project.queues import enqueue
from notify_project.redis_connection import RedisUnavailable, ask_redis

logger = logging.getLogger(__name__)


def deliver_lane(lane: str) -> None:
    """Send what is due in a lane; any number of workers may do so at once.

    Args:
        lane: name of its queue.
    """
    queue = Queue(lane)
    try:
        # First, so that a message stored from now on gets a task of its own.
        ask_redis(f"lower flag of lane {lane}", lambda redis: lower_flag(redis, queue))
    except RedisUnavailable:
        logger.warning("flag of lane %s stays up until it ends by itself", lane)
    deliver(queue)
    if has_due_rows(queue, clock.now()):
        _queue_again(queue)


def _queue_again(lane: Queue) -> None:
    try:
        if ask_redis(f"wake lane {lane}", lambda redis: raise_flag(redis, lane)):
            ask_redis(
                f"wake lane {lane}", lambda _redis: enqueue(deliver_lane, lane.value, queue=lane)
            )
    except RedisUnavailable:
        logger.warning("lane %s was not woken; the schedule wakes it", lane)
