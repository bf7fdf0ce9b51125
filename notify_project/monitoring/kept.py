"""The figures of the home page, read at most once a minute however many people look at them."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any, Final

from notify_project.constants import EXPIRE_CACHE_TEN_MINUTES
from notify_project.monitoring.figures import Figures, read_figures
from notify_project.redis_connection import RedisUnavailable, ask_redis

logger = logging.getLogger(__name__)

KEY: Final = "home-figures-1"
READING_KEY: Final = "home-figures-reading"
FRESH: Final = timedelta(seconds=60)
# Who asks for a refresh gets figures that are as old at most.
REFRESHED: Final = timedelta(seconds=5)
# Longer than reading takes; a process that dies while it reads holds up nobody for longer.
READING_SECONDS: Final = 15


def figures(now: datetime, *, refresh: bool = False) -> Figures:
    """Return figures that are a minute old at most, or older ones while somebody reads anew.

    Without Redis they are read for each page.

    Args:
        now: the instant of the page.
        refresh: whether what is a few seconds old is too old.
    """
    try:
        kept = _kept()
        oldest = now - (REFRESHED if refresh else FRESH)
        if kept is not None and (kept.at >= oldest or not _may_read()):
            return kept
    except RedisUnavailable:
        return read_figures(now)
    found = read_figures(now)
    _keep(found)
    return found


def _kept() -> Figures | None:
    text = ask_redis("read figures of the home page", lambda redis: redis.get(KEY))
    if text is None:
        return None
    try:
        told: dict[str, Any] = json.loads(text)
        return Figures(datetime.fromisoformat(told["at"]), told["parts"], tuple(told["missing"]))
    except (ValueError, KeyError, TypeError):
        logger.warning("the kept figures of the home page cannot be read")
        return None


def _may_read() -> bool:
    """Say whether it is up to this process: of any number of them, one is told so."""
    return bool(
        ask_redis(
            "begin to read figures of the home page",
            lambda redis: redis.set(READING_KEY, "1", nx=True, ex=READING_SECONDS),
        )
    )


def _keep(found: Figures) -> None:
    text = json.dumps(
        {"at": found.at.isoformat(), "parts": found.parts, "missing": list(found.missing)}
    )

    def keep(redis: Any) -> None:
        with redis.pipeline() as pipeline:
            pipeline.set(KEY, text, ex=EXPIRE_CACHE_TEN_MINUTES)
            pipeline.delete(READING_KEY)
            pipeline.execute()

    try:
        ask_redis("keep figures of the home page", keep)
    except RedisUnavailable:
        return
