"""How long messages waited lately: the difference between two looks at what is counted for ever."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final

from notifications.delivery.deliver import HAND_OVER
from notify_project import metrics
from notify_project.constants import LANES, Queue
from notify_project.metrics import Place
from notify_project.redis_connection import ask_redis

KEY: Final = "handover-looks"
# A look every five minutes, for an hour.
KEPT: Final = 12
PERIOD: Final = timedelta(hours=1)
SHARES: Final = (50, 95, 99)

# Lane -> upper bound in seconds, as it is written down -> messages.
Counts = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Waited:
    """What some shares of a lane's messages waited at most.

    Attributes:
        lane: which.
        messages: how many were handed over.
        seconds: for each of ``SHARES``, as near as the buckets tell; None beyond the last one.
    """

    lane: str
    messages: int
    seconds: tuple[float | None, ...]


def take_a_look(now: datetime) -> None:
    """Keep what has been counted until now, to be compared with later.

    Raises:
        RedisUnavailable: it is not kept.
    """
    look = json.dumps({"at": now.timestamp(), "counts": _counts(metrics.totals())})

    def keep(redis: Any) -> None:
        with redis.pipeline() as pipeline:
            pipeline.lpush(KEY, look)
            pipeline.ltrim(KEY, 0, KEPT)
            pipeline.execute()

    ask_redis("keep hand-over times", keep)


def waited_lately(now: datetime) -> tuple[list[Waited], datetime | None]:
    """Return what the messages of each lane waited within the last hour, and since when.

    Without an earlier look everything is taken that was ever counted, since nobody knows when.

    Raises:
        RedisUnavailable: Redis did not answer.
    """
    counts = _counts(metrics.totals())
    looks = ask_redis("read hand-over times", lambda redis: redis.lrange(KEY, 0, -1))
    since, before = _first_within(looks, now)
    lanes = [
        _waited(lane.value, _less(counts.get(lane.value, {}), before.get(lane.value, {})))
        for lane in LANES
        if lane is not Queue.RESEARCH_MODE
    ]
    return lanes, since


def percentile(counts: Mapping[float, float], share: int) -> float | None:
    """Return what a share of some durations is at most; within a bucket they lie evenly.

    Args:
        counts: how many durations are at most as long as each bound, and longer than the last.
        share: of a hundred.
    """
    wanted = sum(counts.values()) * share / 100
    below, seen = 0.0, 0.0
    for bound in sorted(counts):
        if counts[bound] and seen + counts[bound] >= wanted:
            if bound == inf:
                return None
            return below + (bound - below) * (wanted - seen) / counts[bound]
        seen += counts[bound]
        below = bound
    return 0.0


def _counts(totals: Mapping[Place, float]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for (name, labels, part), amount in totals.items():
        if name == HAND_OVER.name and part != metrics.SUM:
            bounds = found.setdefault(labels[0], {})
            bounds[part] = bounds.get(part, 0.0) + amount
    return found


def _first_within(looks: Sequence[bytes | str], now: datetime) -> tuple[datetime | None, Counts]:
    # A minute more: an hour ago a look was taken, a little late.
    since = (now - PERIOD - timedelta(minutes=1)).timestamp()
    read = [json.loads(look) for look in looks]
    within = [look for look in read if look["at"] >= since]
    if not within:
        return None, {}
    first = min(within, key=lambda look: float(look["at"]))
    return datetime.fromtimestamp(first["at"], tz=now.tzinfo), first["counts"]


def _less(counts: Mapping[str, float], before: Mapping[str, float]) -> dict[float, float]:
    # Less than before: Redis was emptied meanwhile, and what it holds is new.
    fallen = any(counts.get(part, 0.0) < amount for part, amount in before.items())
    base = {} if fallen else before
    bounds = {float(part): amount - base.get(part, 0.0) for part, amount in counts.items()}
    return {bound: bounds.get(bound, 0.0) for bound in (*HAND_OVER.bounds, inf)}


def _waited(lane: str, counts: Mapping[float, float]) -> Waited:
    messages = round(sum(counts.values()))
    return Waited(lane, messages, tuple(percentile(counts, share) for share in SHARES))
