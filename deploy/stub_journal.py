"""What each stand-in was asked and answered, request by request, for those who count."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEEP = 200_000


# The other side has gone before there was an answer, or waits for it still.
NOT_ANSWERED = "none"


@dataclass
class Entry:
    """One request.

    Attributes:
        stand_in: who was asked.
        message: the notification that it is about; empty if it does not say.
        at: when the request was whole, in seconds since 1970.
        taken: whether the message reaches its recipient, whatever the answer says.
        answer: ``ok``, ``error``, ``garbage``, ``hung`` (there never is one), ``cut`` (the
            connection is reset instead) or ``none`` so far.
        code: the status of an error.
        answered_at: when that was decided.
    """

    stand_in: str
    message: str
    at: float = field(default_factory=time.time)
    taken: bool = False
    answer: str = NOT_ANSWERED
    code: int | None = None
    answered_at: float | None = None

    def end(self, answer: str, *, code: int | None = None) -> None:
        """Note the answer, which leaves now, or that there will be none."""
        self.answer, self.code, self.answered_at = answer, code, time.time()


class Journal:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEEP)

    def begin(self, stand_in: str, message: str) -> Entry:
        """Note a request."""
        entry = Entry(stand_in, message)
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Return all that is kept."""
        return [asdict(entry) for entry in self._entries.copy()]
