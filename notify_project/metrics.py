"""Counts and durations of every process, added up in Redis.

A process gathers what it counts and adds it to Redis every few seconds, away from the requests and
messages that it counts; a process that is killed loses those seconds.
"""

import atexit
import json
import threading
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

from django.conf import settings
from redis import Redis

from notify_project.redis_connection import RedisUnavailable, ask_redis

KEY = "metrics"
SUM = "sum"
# For what a person waits for, in seconds.
SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# For what waits for its turn, or takes a night.
LONG = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 14400.0)

# Name, values of the labels, and which of the numbers that make up a metric: nothing for a
# counter; the upper bound of a bucket, or the sum, of a histogram.
Place: TypeAlias = tuple[str, tuple[str, ...], str]

declared: "dict[str, Counter | Histogram]" = {}
_pending: defaultdict[Place, float] = defaultdict(float)
_lock = threading.Lock()
_stop = threading.Event()
_flusher: threading.Thread | None = None


@dataclass(frozen=True)
class Counter:
    """How often something happened. Labels have few values, and never anything personal."""

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _declare(self)

    def count(self, *values: str, by: int = 1) -> None:
        """Count it once, or more often, for these values of the labels."""
        _add(self, values, ("", by))


@dataclass(frozen=True)
class Histogram:
    """How long something took. Labels have few values, and never anything personal."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = SHORT

    def __post_init__(self) -> None:
        _declare(self)

    def observe(self, seconds: float, *values: str) -> None:
        """Note one duration for these values of the labels."""
        bound = (*self.bounds, inf)[bisect_left(self.bounds, seconds)]
        _add(self, values, (str(bound), 1), (SUM, seconds))


def flush() -> None:
    """Add to Redis what this process has counted; what Redis does not take is kept."""
    taken = take()
    if not taken:
        return
    try:
        ask_redis("add up metrics", lambda redis: _send(redis, taken))
    except RedisUnavailable:
        with _lock:
            for place, amount in taken.items():
                _pending[place] += amount


def take() -> dict[Place, float]:
    """Return what this process has counted and not added to Redis yet; it counts anew."""
    with _lock:
        taken = dict(_pending)
        _pending.clear()
    return taken


def totals() -> dict[Place, float]:
    """Return what all processes have counted since Redis was last emptied.

    Raises:
        RedisUnavailable: Redis did not answer.
    """
    stored = ask_redis("read metrics", lambda redis: redis.hgetall(KEY))
    found: dict[Place, float] = {}
    for field, amount in stored.items():
        name, *values, part = json.loads(field)
        found[name, tuple(values), part] = float(amount)
    return found


def _declare(metric: Counter | Histogram) -> None:
    if metric.name in declared:
        raise ValueError(f"{metric.name} is declared twice")
    declared[metric.name] = metric


def _add(metric: Counter | Histogram, values: tuple[str, ...], *amounts: tuple[str, float]) -> None:
    if len(values) != len(metric.labels):
        raise ValueError(f"{metric.name} has the labels {metric.labels}")
    with _lock:
        for part, amount in amounts:
            _pending[metric.name, values, part] += amount
    if _flusher is None and settings.METRICS_INTERVAL_SECONDS:
        _start_flusher()


def _send(redis: Redis, amounts: dict[Place, float]) -> None:
    with redis.pipeline() as pipeline:
        for (name, values, part), amount in amounts.items():
            pipeline.hincrbyfloat(KEY, json.dumps([name, *values, part]), amount)
        pipeline.execute()


def _start_flusher() -> None:
    global _flusher  # noqa: PLW0603 - one for the whole process
    with _lock:
        if _flusher is not None:
            return
        _flusher = threading.Thread(target=_flush_regularly, name="metrics", daemon=True)
        _flusher.start()
    atexit.register(flush)


def _flush_regularly() -> None:
    while not _stop.wait(settings.METRICS_INTERVAL_SECONDS):
        flush()
