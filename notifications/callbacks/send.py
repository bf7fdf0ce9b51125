"""Empty the outbox: claim, call, record, without one slow service holding up the others."""

import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings

from notifications.callbacks import endpoints
from notifications.callbacks.calls import Answer, Call, pool, tell
from notifications.callbacks.claim import claim_due
from notifications.callbacks.pace import Pace
from notifications.callbacks.prepare import prepare
from notifications.callbacks.record import Result, record, result_of
from notify_project import clock

RUN_SECONDS = 30.0
# The outbox is asked again this often while calls are under way.
ASK_AGAIN_SECONDS = 0.2
# How long answers are gathered before they are written together.
GATHER_SECONDS = 0.01


def send() -> int:
    """Tell services what they must be told by now.

    Returns:
        How many rows were claimed.
    """
    return Run().to_the_end()


@cache
def _pace() -> Pace:
    return Pace(settings.CALLBACK_CALLS_PER_ENDPOINT)


@dataclass
class Run:
    """One task's work. Only the main thread touches the database."""

    deadline: float = field(default_factory=lambda: time.monotonic() + RUN_SECONDS)
    under_way: dict[Future[Answer], Call] = field(default_factory=dict)

    def to_the_end(self) -> int:
        """Work until nothing is due or time is up, and no call is under way."""
        count = 0
        while True:
            claimed = self._start_more() if time.monotonic() < self.deadline else 0
            count += claimed
            if self.under_way:
                self._finish()
            elif not claimed:
                return count

    def _start_more(self) -> int:
        free = settings.CALLBACK_THREADS - len(self.under_way)
        if free <= 0:
            return 0
        busy = Counter(call.endpoint for call in self.under_way.values())
        pace, now = _pace(), clock.now()
        rows = claim_due(limit=free, share=pace.share, room=pace.room(busy), now=now)
        at_once: list[Result] = []
        for prepared in prepare(rows, now):
            if isinstance(prepared, Call):
                self.under_way[pool().submit(tell, prepared)] = prepared
            else:
                at_once.append(prepared)
        record(at_once, now)
        return len(rows)

    def _finish(self) -> None:
        done, _ = wait(self.under_way, ASK_AGAIN_SECONDS, FIRST_COMPLETED)
        if done:
            time.sleep(GATHER_SECONDS)
            done = {future for future in self.under_way if future.done()}
        answers = [future.result() for future in done]
        now = clock.now()
        record([result_of(answer, now) for answer in answers], now)
        endpoints.note(answers, now)
        for future in done:
            del self.under_way[future]
        for answer in answers:
            _pace().note(answer.call.endpoint, timed_out=answer.timed_out)
