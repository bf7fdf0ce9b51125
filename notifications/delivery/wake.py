"""Wake a lane once, however many messages have come."""

from notifications.delivery.tasks import deliver_lane, flag_of
from notify_project import waiting_tasks
from notify_project.constants import Queue
from notify_project.redis_connection import Batch


def raise_flag(batch: Batch, lane: Queue) -> None:
    """Add the command that raises a lane's flag; a true answer means: call ``enqueue_lane``."""
    waiting_tasks.raise_flag(batch, flag_of(lane))


def enqueue_lane(lane: Queue) -> None:
    """Queue the task of a lane whose flag the caller has just raised.

    Raises:
        redis.RedisError: it is not queued, and the flag is down again.
    """
    waiting_tasks.enqueue_flagged(flag_of(lane), deliver_lane, Queue(lane).value, queue=lane)


def wake(*lanes: Queue) -> None:
    """Queue a task for each lane in which none waits; without Redis, log and go on."""
    for lane in lanes:
        waiting_tasks.wake(flag_of(lane), deliver_lane, Queue(lane).value, queue=lane)
