"""One flag a lane: a task already waits there, so nobody else needs to queue one."""

from redis import Redis

from notify_project.constants import Queue
from notify_project.redis_connection import Batch

# A task lost by RQ leaves the flag behind; it must not silence the lane for long.
FLAG_SECONDS = 30


def raise_flag(target: Batch | Redis, lane: Queue) -> object:
    """Raise the flag; the answer is true for the one who must queue the task."""
    return target.set(_key(lane), "1", nx=True, ex=FLAG_SECONDS)


def lower_flag(target: Redis, lane: Queue) -> None:
    """Lower the flag: what comes from now on needs a new task."""
    target.delete(_key(lane))


def _key(lane: Queue) -> str:
    return f"lane-{Queue(lane).value}-waiting"
