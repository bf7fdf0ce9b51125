"""One flag: a task already waits to send callbacks, so nobody else needs to queue one."""

from redis import Redis

# A task lost by RQ leaves the flag behind; it must not silence the callbacks for long.
FLAG_SECONDS = 30
_KEY = "callbacks-waiting"


def raise_flag(redis: Redis) -> bool:
    """Raise the flag; true for the one who must queue the task."""
    return bool(redis.set(_KEY, "1", nx=True, ex=FLAG_SECONDS))


def lower_flag(redis: Redis) -> None:
    """Lower the flag: what comes from now on needs a new task."""
    redis.delete(_KEY)
