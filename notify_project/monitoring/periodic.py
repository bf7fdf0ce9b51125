"""How late periodic tasks are, and which failed: one question for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from notify_project.models import PeriodicRun
from notify_project.monitoring import gauges
from notify_project.monitoring.gauges import Reading
from notify_project.schedule.plan import PERIODIC_TASKS

State = PeriodicRun.State

# Task by task, each answer is the end of an index.
_NEWEST: Final = """
SELECT t.task, done.slot, first.slot, newest.id, newest.slot, newest.state
FROM unnest(%(tasks)s::text[]) AS t (task)
LEFT JOIN LATERAL (
    SELECT slot FROM periodic_runs
    WHERE task = t.task AND state = 'done' ORDER BY slot DESC LIMIT 1
) done ON true
LEFT JOIN LATERAL (
    SELECT slot FROM periodic_runs WHERE task = t.task ORDER BY slot LIMIT 1
) first ON true
LEFT JOIN LATERAL (
    SELECT id, slot, state FROM periodic_runs
    WHERE task = t.task ORDER BY slot DESC LIMIT 1
) newest ON true
"""


@dataclass(frozen=True, slots=True)
class Newest:
    """What is known of a periodic task.

    Attributes:
        task: its name.
        done: the newest slot that was run to its end.
        first: the first slot of all.
        run_id: the newest run.
        slot: of the newest run.
        state: of the newest run.
    """

    task: str
    done: datetime | None
    first: datetime | None
    run_id: int | None
    slot: datetime | None
    state: str | None

    @property
    def first_unfinished(self) -> datetime | None:
        """Return the first slot after the newest that is done; the first of all, if none is."""
        return self.first if self.done is None else PERIODIC_TASKS[self.task].slot_after(self.done)

    @property
    def has_failed(self) -> bool:
        """Did its newest run fail?"""
        return self.state == State.FAILED


def newest_runs() -> list[Newest]:
    """Return what is known of each task."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"tasks": list(PERIODIC_TASKS)})
        return [Newest(*row) for row in cursor.fetchall()]


def late(runs: list[Newest], now: datetime) -> Iterator[Reading]:
    """Show the time since the first slot of each task that has not been run to its end."""
    for run in runs:
        since = run.first_unfinished
        seconds = 0.0 if since is None else max((now - since).total_seconds(), 0.0)
        yield Reading(gauges.PERIODIC_LATE, seconds, (run.task,))
