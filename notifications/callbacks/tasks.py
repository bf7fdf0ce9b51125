"""What workers run for callbacks."""

import logging

from notifications.callbacks.claim import has_due_rows
from notifications.callbacks.flag import lower_flag, raise_flag
from notifications.callbacks.old_rows import delete_old_rows
from notifications.callbacks.send import send
from notify_project import clock
from notify_project.constants import Queue
from notify_project.queues import enqueue
from notify_project.redis_connection import RedisUnavailable, ask_redis

logger = logging.getLogger(__name__)


def send_callbacks() -> None:
    """Tell services what they must be told by now; any number of workers may do so at once."""
    try:
        # First, so that what is written from now on gets a task of its own.
        ask_redis("lower flag of callbacks", lower_flag)
    except RedisUnavailable:
        logger.warning("flag of callbacks stays up until it ends by itself")
    send()
    if has_due_rows(clock.now()):
        _queue_again()


def _queue_again() -> None:
    try:
        if ask_redis("wake callbacks", raise_flag):
            ask_redis("wake callbacks", lambda _: enqueue(send_callbacks, queue=Queue.CALLBACKS))
    except RedisUnavailable:
        logger.warning("callbacks were not woken; the schedule wakes them")


def delete_old_callbacks() -> None:
    """Delete what services were told more than a week ago."""
    logger.info("deleted %s old callbacks", delete_old_rows(clock.now()))
