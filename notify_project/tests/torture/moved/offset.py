"""How far the platform's clock is moved: told to each process in its environment.

What moves is the one clock that the platform reads, with the types it has in production; tokens,
Redis and the database keep the right time, and must not care.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from notify_project import clock

VARIABLE = "CLOCK_OFFSET_SECONDS"
FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[3]


def offset_to(instant: datetime) -> float:
    """Return by how many seconds a clock must be moved to show an instant now."""
    return (instant - clock.now()).total_seconds()


def environment(offset_seconds: float) -> dict[str, str]:
    """Return what moves the clock of every Python process that is started with it."""
    if not offset_seconds:
        return {}
    return {VARIABLE: str(offset_seconds), "PYTHONPATH": f"{FOLDER}:{ROOT}"}


def moved_clock(offset_seconds: float) -> Callable[[], datetime]:
    """Return what takes the place of the platform's clock."""
    right, offset = clock.now, timedelta(seconds=offset_seconds)
    return lambda: right() + offset
