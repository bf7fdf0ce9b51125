"""What workers run for letters."""

import logging

from redis import Redis, RedisError

from notifications.letters.simulate import deliver_test_letters
from notify_project import clock
from notify_project.constants import Queue
from notify_project.queues import enqueue
from notify_project.redis_connection import RedisUnavailable, ask_redis

logger = logging.getLogger(__name__)

# Raised while a task waits, so that a thousand letters queue one. A task lost by RQ leaves it
# behind; it must not silence the letters for long.
_FLAG = "test-letters-waiting"
FLAG_SECONDS = 30


def finish_test_letters() -> None:
    """Bring the letters that are not real to their end."""
    try:
        # First, so that a letter stored from now on gets a task of its own.
        ask_redis("lower flag of test letters", lambda redis: redis.delete(_FLAG))
    except RedisUnavailable:
        logger.warning("the flag of test letters stays up until it ends by itself")
    deliver_test_letters(clock.now())


def wake_test_letters() -> None:
    """Queue the task above unless one waits; without Redis, log and go on: the schedule queues it.

    To be called once the letter is committed.
    """
    try:
        ask_redis("wake test letters", _queue_once)
    except RedisUnavailable:
        logger.warning("test letters were not woken; the schedule does it")


def _queue_once(redis: Redis) -> None:
    if not redis.set(_FLAG, "1", nx=True, ex=FLAG_SECONDS):
        return
    try:
        enqueue(finish_test_letters, queue=Queue.RESEARCH_MODE)
    except RedisError:
        redis.delete(_FLAG)
        raise
