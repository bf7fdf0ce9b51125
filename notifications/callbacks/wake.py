"""Wake those who send callbacks, once, however many have come."""

import logging

from redis import Redis, RedisError

from notifications.callbacks.flag import lower_flag, raise_flag
from notifications.callbacks.tasks import send_callbacks
from notify_project.constants import Queue
from notify_project.queues import enqueue
from notify_project.redis_connection import RedisUnavailable, ask_redis

logger = logging.getLogger(__name__)


def wake() -> None:
    """Queue a task unless one waits; without Redis, log and go on."""
    try:
        ask_redis("wake callbacks", _wake)
    except RedisUnavailable:
        logger.warning("callbacks were not woken; the schedule tries again")


def _wake(redis: Redis) -> None:
    if not raise_flag(redis):
        return
    try:
        enqueue(send_callbacks, queue=Queue.CALLBACKS)
    except RedisError:
        lower_flag(redis)
        raise
