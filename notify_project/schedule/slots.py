"""When periodic tasks are due. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from notify_project.clock import LONDON, london_day
from notify_project.constants import Queue

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_EVERY_DAY = frozenset(range(7))
MONDAYS = frozenset({0})
WORKING_DAYS = frozenset(range(5))


def slot_of(now: datetime, every: timedelta) -> datetime:
    """Return the newest instant of an interval, which is the same on every machine."""
    return now - (now - _EPOCH) % every


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """A task that runs by the clock: at a London time each day, or every so often.

    Attributes:
        run: what runs on a worker; may run twice, late or never.
        queue: where it waits.
        at: London wall-clock time.
        weekdays: on which of London's days, Monday being 0.
        every: interval; slots are the same on every machine.
    """

    run: Callable[[], None]
    queue: Queue
    at: time | None = None
    every: timedelta | None = None
    weekdays: frozenset[int] = _EVERY_DAY

    def __post_init__(self) -> None:
        if (self.at is None) == (self.every is None):
            raise ValueError(f"{self.name} needs a time of the day or an interval")
        if not self.weekdays or (self.every is not None and self.weekdays != _EVERY_DAY):
            raise ValueError(f"{self.name}: weekdays belong to a time of the day")
        if self.at is not None and self.at.hour == 1:
            raise ValueError(f"{self.name}: between 01:00 and 02:00 London an hour may be missing")

    @property
    def name(self) -> str:
        """Return the task's name in ``periodic_runs`` and in the logs."""
        return self.run.__name__

    def latest_slot(self, now: datetime) -> datetime:
        """Return the newest planned instant that is not in the future, in UTC."""
        if self.every is not None:
            return slot_of(now, self.every)
        day = london_day(now)
        while day.weekday() not in self.weekdays or self._on(day) > now:
            day -= _DAY
        return self._on(day)

    def slot_after(self, slot: datetime) -> datetime:
        """Return the slot that follows another, in UTC."""
        if self.every is not None:
            return slot + self.every
        day = london_day(slot) + _DAY
        while day.weekday() not in self.weekdays:
            day += _DAY
        return self._on(day)

    def missed_between(self, before: datetime, after: datetime) -> int:
        """Count the slots between two slots."""
        if self.every is not None:
            return max((after - before) // self.every - 1, 0)
        between = (london_day(after) - london_day(before)).days
        days = (london_day(before) + n * _DAY for n in range(1, between))
        return sum(day.weekday() in self.weekdays for day in days)

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, self.at or time.min, tzinfo=LONDON).astimezone(UTC)
