"""Whether a message is stored before its 201 or after it; can be switched while all runs."""

import logging

from django.conf import settings
from django.db.models import TextChoices
from redis import Redis

from notify_project import audit
from notify_project.caching import LocalMemory
from notify_project.redis_connection import RedisUnavailable, ask_redis, redis_connection
from services.read_models import ServiceModel

logger = logging.getLogger(__name__)

_KEY = "accept-mode"


class AcceptMode(TextChoices):
    """What a 201 stands on."""

    PERSIST_FIRST = "persist_first"
    QUEUE_FIRST = "queue_first"


_memory: LocalMemory[AcceptMode] = LocalMemory()


def is_queued_first(service: ServiceModel) -> bool:
    """Tell whether a service's texts and emails are queued now and stored later."""
    return service.deferred_persistence or current_mode() == AcceptMode.QUEUE_FIRST


def current_mode() -> AcceptMode:
    """Return the installation's mode: as switched, else as the environment says."""
    return _memory.remember(_KEY, _look_up)


def switch_mode(mode: AcceptMode) -> None:
    """Switch every process, each as soon as its memory of the old mode ends.

    Raises:
        redis.RedisError: Redis did not take it; nothing is switched.
    """
    redis_connection().set(_KEY, mode.value)
    _memory.forget(_KEY)


def record_switch(before: AcceptMode, after: AcceptMode) -> None:
    """Write down that somebody switched the mode; switching itself needs no database.

    Raises:
        django.db.DatabaseError: it is not written down.
    """
    audit.record(
        "set accept mode",
        audit.Switch("accept mode"),
        actor=None,
        before={"mode": before.value},
        after={"mode": after.value},
    )


def _look_up() -> AcceptMode:
    try:
        stored = ask_redis("read accept mode", _read)
    except RedisUnavailable:
        stored = None
    return AcceptMode(settings.ACCEPT_MODE if stored is None else stored)


def _read(connection: Redis) -> str | None:
    stored = connection.get(_KEY)
    text = stored.decode(errors="replace") if isinstance(stored, bytes) else None
    if text is not None and text not in AcceptMode:
        logger.error("Redis holds no accept mode: the environment's is used")
        return None
    return text
