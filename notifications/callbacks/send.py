"""Empty the outbox: claim, call, record, without one slow service holding up the others."""

import time
from collections import Counter, defaultdict, deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings

from notifications.callbacks import endpoints
from notifications.callbacks.calls import Answer, Call, Endpoint, pool, tell_in_turn
from notifications.callbacks.claim import claim_due
from notifications.callbacks.pace import IN_A_ROW, Pace
from notifications.callbacks.prepare import prepare
from notifications.callbacks.record import Result, given_back, record, result_of
from notify_project import clock

RUN_SECONDS = 30.0
# The outbox is asked again this often while calls are under way.
ASK_AGAIN_SECONDS = 0.2
# How long answers are gathered before they are written together.
GATHER_SECONDS = 0.01

# A claimed call that finds no thread for so long is given back: its lease must outlive it.
LONGEST_READY = timedelta(seconds=2)


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
    under_way: dict[Future[list[Answer]], list[Call]] = field(default_factory=dict)
    ready: deque[list[Call]] = field(default_factory=deque)

    def to_the_end(self) -> int:
        """Work until nothing is due or time is up, and no call is under way."""
        count = 0
        while True:
            claimed = self._start_more() if time.monotonic() < self.deadline else 0
            count += claimed
            if self.under_way:
                self._finish()
            elif not claimed:
                self._give_back_ready()
                return count

    def _start_more(self) -> int:
        """Begin calls, and return how many rows were claimed for them."""
        now, count = clock.now(), 0
        self._submit(now)
        free = settings.CALLBACK_THREADS - len(self.under_way)
        if free and not self.ready:
            pace, limit = _pace(), free * IN_A_ROW
            room = pace.room(self._threads())
            rows = claim_due(limit=limit, share=pace.share, room=room, now=now)
            prepared = list(prepare(rows, now))
            record([each for each in prepared if isinstance(each, Result)], now)
            self.ready.extend(_chains([each for each in prepared if isinstance(each, Call)], pace))
            self._submit(now)
            count = len(rows)
        return count

    def _submit(self, now: datetime) -> None:
        """Hand what is ready to free threads; what got old or has no room any more is due again."""
        refused: list[list[Call]] = []
        while self.ready and len(self.under_way) < settings.CALLBACK_THREADS:
            calls = self.ready.popleft()
            endpoint = calls[0].endpoint
            is_old = now - calls[0].began_at > LONGEST_READY
            if is_old or not _pace().has_room(endpoint, self._threads()[endpoint]):
                refused.append(calls)
            else:
                self.under_way[pool().submit(tell_in_turn, calls)] = calls
        _give_back(refused, now)

    def _give_back_ready(self) -> None:
        _give_back(list(self.ready), clock.now())
        self.ready.clear()

    def _threads(self) -> Counter[Endpoint]:
        """Return how many threads are busy with each endpoint."""
        return Counter(calls[0].endpoint for calls in self.under_way.values())

    def _finish(self) -> None:
        done, _ = wait(self.under_way, ASK_AGAIN_SECONDS, FIRST_COMPLETED)
        if done:
            time.sleep(GATHER_SECONDS)
            done = {future for future in self.under_way if future.done()}
        now, answers, results = clock.now(), [], []
        for future in done:
            made = future.result()
            answers += made
            results += [given_back(call, now) for call in self.under_way[future][len(made) :]]
        record([*(result_of(answer, now) for answer in answers), *results], now)
        endpoints.note(answers, now)
        for future in done:
            del self.under_way[future]
        for answer in answers:
            _pace().note(answer)


def _give_back(chains: list[list[Call]], now: datetime) -> None:
    record([given_back(call, now) for calls in chains for call in calls], now)


def _chains(calls: list[Call], pace: Pace) -> list[list[Call]]:
    """Return calls of the same endpoint in rows, each for one thread; the oldest come first."""
    by_endpoint: dict[Endpoint, list[Call]] = defaultdict(list)
    for call in calls:
        by_endpoint[call.endpoint].append(call)
    return [
        ours[start : start + pace.in_a_row(endpoint)]
        for endpoint, ours in by_endpoint.items()
        for start in range(0, len(ours), pace.in_a_row(endpoint))
    ]
