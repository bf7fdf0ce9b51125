"""Questions timed one after the other, so that what else the machine does hits all alike."""

import time
from collections.abc import Callable
from typing import Any


def in_turn(rounds: int, *asks: Callable[[], object]) -> list[list[float]]:
    """Return the seconds that each of some questions takes, round by round; warm them up first."""
    for each in asks:
        each()
    taken = [[seconds(each) for each in asks] for _ in range(rounds)]
    return [list(column) for column in zip(*taken, strict=True)]


def summary(taken: list[float]) -> dict[str, float]:
    """Return the median and the longest, in milliseconds."""
    ordered = sorted(taken)
    return {
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 2),
        "longest_ms": round(ordered[-1] * 1000, 2),
    }


def ask(database: Any, statement: str, values: dict[str, Any]) -> list[Any]:
    """Return the rows that a statement gives."""
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def seconds(do: Callable[[], object]) -> float:
    """Return how long something takes."""
    started = time.perf_counter()
    do()
    return time.perf_counter() - started
