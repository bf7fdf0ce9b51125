"""What each stand-in was asked and answered, request by request, for those who count."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEEP = 200_000


@dataclass
class Entry:
    """One request.

    Attributes:
        stand_in: who was asked.
        id: the notification that it is about, if it got as far as saying so.
        began_at: when the request was whole, in seconds since 1970.
        taken: whether the message would reach its recipient.
        answered: ``ok``, ``error 500``, ``garbage``, ``hung`` (never answered), ``cut`` (reset
            instead of an answer) or ``gone`` (the other side did not wait); empty so far.
        answered_at: when an answer left.
    """

    stand_in: str
    id: str | None
    began_at: float = field(default_factory=time.time)
    taken: bool = False
    answered: str = ""
    answered_at: float | None = None

    def answer(self, how: str) -> None:
        """Note the answer, which leaves now."""
        self.answered, self.answered_at = how, time.time()

    def leave(self, how: str) -> None:
        """Note that no answer leaves, unless it is known already why."""
        self.answered = self.answered or how


class Journal:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEEP)

    def begin(self, stand_in: str, notification_id: str | None) -> Entry:
        """Note a request."""
        entry = Entry(stand_in, notification_id)
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Return all that is kept."""
        return [asdict(entry) for entry in self._entries.copy()]
