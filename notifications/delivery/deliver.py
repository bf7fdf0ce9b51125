"""Empty a lane: claim, render, call, record, without one slow call holding up the others."""

import contextvars
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from uuid import UUID

from django.conf import settings

from notifications.delivery.calls import Call, Finished, call, pool
from notifications.delivery.claim import claim_due
from notifications.delivery.health import Tallies
from notifications.delivery.prepare import prepare
from notifications.delivery.record import Recorder
from notifications.delivery.routing import Router
from notifications.lifecycle import Outcome
from notifications.lifecycle.held import memory
from notify_project import clock
from notify_project.constants import Queue
from notify_project.metrics import LONG, Histogram

# Messages that one task holds at once, under way or waiting for a thread.
CAPACITY = 100
# With fewer than this under way, more are claimed.
LOW_WATER = 60
RUN_SECONDS = 30.0
# An idle lane is asked again this often while calls of it hang.
ASK_AGAIN_SECONDS = 0.2
# How long outcomes are gathered before they are written together.
GATHER_SECONDS = 0.01
# An outcome that cannot be written now is worth waiting for, as long as a lease and what a database
# takes to fail over: without it the message is sent again.
WRITE_PATIENCE_SECONDS = 140.0

HAND_OVER = Histogram(
    "notify_handover_seconds",
    "From acceptance until a provider had taken the message.",
    ("lane", "notification_type"),
    LONG,
)

_router = Router()


@dataclass
class Run:
    """One task's work on one lane. Only the main thread touches the database."""

    lane: Queue
    deadline: float = field(default_factory=lambda: time.monotonic() + RUN_SECONDS)
    ask_at: float = 0.0
    under_way: set[UUID] = field(default_factory=set)
    finished: SimpleQueue[Finished] = field(default_factory=SimpleQueue)
    tallies: Tallies = field(default_factory=Tallies)
    recorder: Recorder = field(default_factory=Recorder)

    def to_the_end(self) -> int:
        """Work until nothing is due or time is up, and no call is under way.

        Returns:
            How many messages were claimed.
        """
        count = 0
        try:
            while time.monotonic() < self._give_up_at:
                claimed = self._start_more() if self._may_claim() else 0
                count += claimed
                if self._is_busy:
                    self._finish(self._gather())
                elif not claimed:
                    break
        finally:
            # Whatever went wrong, a call whose outcome is not written is a message sent twice.
            while self._is_busy and time.monotonic() < self._give_up_at:
                self._finish(self._gather())
            self.tallies.write()
            self.recorder.require_all_written(under_way=len(self.under_way))
        return count

    @property
    def _is_busy(self) -> bool:
        return bool(self.under_way or self.recorder.waiting)

    @property
    def _give_up_at(self) -> float:
        return self.deadline + WRITE_PATIENCE_SECONDS

    def _may_claim(self) -> bool:
        now = time.monotonic()
        has_room = len(self.under_way) < LOW_WATER and self.ask_at <= now < self.deadline
        return has_room and self.lane not in memory.refresh().lanes

    def _start_more(self) -> int:
        leased_at = time.monotonic()
        rows = claim_due(self.lane, limit=CAPACITY - len(self.under_way), now=clock.now())
        if not rows:
            self.ask_at = time.monotonic() + ASK_AGAIN_SECONDS
            return 0
        lease_ends = leased_at + settings.DELIVERY_LEASE_SECONDS
        at_once: list[Outcome] = []
        for prepared in prepare(rows, _router):
            if isinstance(prepared, Outcome):
                at_once.append(prepared)
            else:
                self._start(prepared, lease_ends)
        self._record(at_once)
        return len(rows)

    def _start(self, prepared: Call, lease_ends: float) -> None:
        self.under_way.add(prepared.notification_id)
        # The log of a thread names the request of the task, too.
        inside = contextvars.copy_context().run
        pool().submit(inside, call, prepared, lease_ends, self.finished)

    def _finish(self, gathered: list[Finished]) -> None:
        self._record([each.outcome for each in gathered])
        for each in gathered:
            if each.made:
                self.tallies.add(each.made)
        self.tallies.write_in_time()

    def _record(self, outcomes: list[Outcome]) -> None:
        for moved in self.recorder.write(outcomes):
            if moved.sent_at is not None:
                waited = (moved.sent_at - moved.created_at).total_seconds()
                HAND_OVER.observe(waited, self.lane.value, moved.notification_type)

    def _gather(self) -> list[Finished]:
        """Wait a little for the first outcome, then take what comes right behind it."""
        # What waits for a thread is handed over on the word of this alone.
        memory.refresh()
        gathered: list[Finished] = []
        if not self.under_way:
            time.sleep(ASK_AGAIN_SECONDS)
        wait = ASK_AGAIN_SECONDS
        while len(gathered) < CAPACITY and len(gathered) < len(self.under_way):
            try:
                gathered.append(self.finished.get(timeout=wait))
            except Empty:
                break
            wait = GATHER_SECONDS
        self.under_way -= {each.outcome.id for each in gathered}
        return gathered


def deliver(lane: Queue) -> int:
    """Send what is due in a lane.

    Returns:
        How many messages were claimed.
    """
    return Run(lane).to_the_end()
