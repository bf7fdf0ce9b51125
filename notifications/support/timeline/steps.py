"""One thing that happened to a message, or will."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """Which part of the way a step belongs to."""

    ACCEPTED = "accepted"
    ATTEMPT = "attempt"
    RECEIPT = "receipt"
    OUTCOME = "outcome"
    LETTER = "letter"
    CALLBACK = "callback"
    STAFF = "staff"
    AHEAD = "ahead"


class Tone(StrEnum):
    """Whether a step is one to look at."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story, without anything personal.

    Attributes:
        at: when.
        what: in words.
        details: in more words, each a line.
        raw: the answer of somebody else, as it came.
        after: how long after the step before; None for the first, and for what is ahead.
    """

    at: datetime
    kind: Kind
    what: str
    tone: Tone = Tone.PLAIN
    details: tuple[str, ...] = ()
    raw: str = ""
    after: timedelta | None = None
