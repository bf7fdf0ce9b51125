"""What the stand-ins write down of each message that somebody hands them: when, and the answer."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

# What the journal says of a request until it is answered: the caller may be gone before.
NOT_ANSWERED = "none"


@dataclass
class Entry:
    """One request.

    Attributes:
        channel: ``sms`` or ``email``.
        message: our id of the text, or the ``Message-ID`` of the mail.
        at: when it came, in seconds since 1970.
        answer: ``ok``, ``error``, ``cut``, ``hung``, or ``none`` while there is no answer.
        answered_at: when that was decided.
        taken: the recipient has got the message, whatever the answer said.
    """

    channel: str
    message: str
    at: float
    answer: str = NOT_ANSWERED
    answered_at: float | None = None
    taken: bool = False

    def end(self, answer: str, *, taken: bool = False) -> None:
        """Write down how the request is answered, just before it is."""
        self.answer, self.taken, self.answered_at = answer, taken, time.time()


@dataclass
class Journal:
    """The last requests of both stand-ins."""

    keep: int
    entries: deque[Entry] = field(init=False)

    def __post_init__(self) -> None:
        self.clear()

    def begin(self, channel: str, message: str) -> Entry:
        """Write down that a message has come."""
        entry = Entry(channel, message, time.time())
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget everything."""
        self.entries = deque(maxlen=self.keep)

    def describe(self) -> list[dict[str, Any]]:
        """Return the requests in the order in which they came."""
        return [vars(entry) for entry in self.entries.copy()]
