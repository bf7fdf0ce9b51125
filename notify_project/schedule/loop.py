"""The scheduler: wakes the lanes, queues what is due, and outlives every server."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from redis import RedisError

from notifications.callbacks import claim as callbacks
from notifications.callbacks.tasks import wake as wake_callbacks
from notifications.delivery.claim import lanes_with_due_rows
from notifications.delivery.wake import wake
from notify_project import clock
from notify_project.database import reconnect
from notify_project.metrics import Counter
from notify_project.monitoring.alerts import log_alerts
from notify_project.monitoring.handover import take_a_look
from notify_project.monitoring.measure import measure
from notify_project.queues import DelayedTasks, enqueue
from notify_project.redis_connection import RedisUnavailable
from notify_project.schedule import runs
from notify_project.schedule.plan import PERIODIC_TASKS
from notify_project.schedule.slots import PeriodicTask, slot_of
from notify_project.schedule.tasks import run_periodic

logger = logging.getLogger(__name__)

TURN_SECONDS = 1.0
LOST_EVERY_SECONDS = 60.0
ALERTS_EVERY = timedelta(minutes=5)
MISSED = Counter(
    "notify_periodic_missed_slots_total", "Slots of a periodic task that nobody ran.", ("task",)
)
_AWAY = (DatabaseError, InterfaceError, RedisError, OSError)


class Scheduler:
    """One of any number of schedulers; they share the work by the rows they insert."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._began_at = self._looked_at = clock.now()
        self._handled: dict[str, datetime] | None = None
        self._delayed = DelayedTasks()
        self._wake_at = self._repeat_at = 0.0
        self._failing: set[str] = set()

    def stop(self) -> None:
        """End the loop at once; safe to call from a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Take turns until told to stop."""
        logger.info("the scheduler is at work")
        while not self._stop.is_set():
            self.turn()
            self._stop.wait(TURN_SECONDS)
        self._delayed.release()

    def turn(self) -> None:
        """Do once what is due now."""
        if time.monotonic() >= self._wake_at:
            self._wake_at = time.monotonic() + settings.WAKE_INTERVAL_SECONDS
            self._try("waking lanes", self._wake_lanes)
            self._try("waking callbacks", self._wake_callbacks)
        self._try("queueing delayed tasks", self._delayed.move_due)
        self._try("queueing periodic tasks", self._queue_due_slots)
        if time.monotonic() >= self._repeat_at:
            self._repeat_at = time.monotonic() + LOST_EVERY_SECONDS
            self._try("queueing lost tasks again", self._queue_lost_slots)
        self._try("looking for alerts", self._look_for_alerts)

    def _try(self, duty: str, do: Callable[[], None]) -> None:
        """Do a duty; a server that is away is logged once, and once when it is back."""
        if self._stop.is_set():
            return
        try:
            do()
        except _AWAY as error:
            reconnect()
            if duty not in self._failing:
                logger.warning("%s failed, goes on trying: %s", duty, type(error).__name__)
            self._failing.add(duty)
        else:
            if duty in self._failing:
                logger.warning("%s works again", duty)
            self._failing.discard(duty)

    def _wake_lanes(self) -> None:
        wake(*lanes_with_due_rows(clock.now()))

    def _wake_callbacks(self) -> None:
        if callbacks.has_due_rows(clock.now()):
            wake_callbacks()

    def _look_for_alerts(self) -> None:
        """Log what is wrong; here, because workers may be what is."""
        now = clock.now()
        slot = slot_of(now, ALERTS_EVERY)
        if slot > self._looked_at and runs.take("log_alerts", slot):
            log_alerts(measure(now))
            with suppress(RedisUnavailable):
                # The next look comes in five minutes; what was missed is logged.
                take_a_look(now)
            runs.mark_done("log_alerts", slot, clock.now())
        self._looked_at = slot

    def _queue_due_slots(self) -> None:
        now = clock.now()
        if self._handled is None:
            self._handled = runs.newest_slots(now)
        for task in PERIODIC_TASKS.values():
            slot = task.latest_slot(now)
            # A new task begins with its next slot.
            last = self._handled.setdefault(task.name, self._began_at)
            if slot > last:
                _queue(task, slot, last)
                self._handled[task.name] = slot

    def _queue_lost_slots(self) -> None:
        """Queue again what should have ended; tasks of an interval have a next slot soon."""
        now = clock.now()
        for task in PERIODIC_TASKS.values():
            slot = task.latest_slot(now)
            if task.at is not None and runs.take_again(task.name, slot, now):
                logger.warning("periodic task %s of %s is queued again", task.name, slot)
                enqueue(run_periodic, task.name, slot.isoformat(), queue=task.queue)


def _queue(task: PeriodicTask, slot: datetime, last: datetime) -> None:
    """Take a slot and queue its task; a slot that cannot be queued is given back."""
    if not runs.take(task.name, slot):
        return
    try:
        enqueue(run_periodic, task.name, slot.isoformat(), queue=task.queue)
    except (RedisError, OSError):
        runs.give_back(task.name, slot)
        raise
    missed = task.missed_between(last, slot)
    # None is counted too: what has no number yet cannot be seen to rise.
    MISSED.count(task.name, by=missed)
    if missed:
        logger.warning("periodic task %s missed %s slots since %s", task.name, missed, last)
