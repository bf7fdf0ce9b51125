"""The answer to "where is my message?"."""

from dataclasses import dataclass

from notifications.support.timeline.steps import Tone


@dataclass(frozen=True, slots=True)
class Why:
    """Where a message is, why it is not further, and what to do.

    Attributes:
        sentence: the answer.
        advice: what support staff can do about it.
        tone: whether that is as it should be.
        further: what else is open, such as telling its service.
    """

    sentence: str
    advice: str = ""
    tone: Tone = Tone.PLAIN
    further: tuple[str, ...] = ()
