"""What a provider that hands on a text tells of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from notify_project.clock import LONDON

# Longer than any provider's; an index holds it.
MAX_REFERENCE = 255


class MalformedText(Exception):
    """What was posted lacks what a text needs.

    Attributes:
        problems: everything that is wrong, in the words that the provider gets back.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class PostedText:
    """A text message that somebody sent to one of our numbers.

    Attributes:
        user_number: who sent it: a number, or a name.
        notify_number: our number, as people in the country dial it.
        content: what they wrote.
        reference: the provider's name for it, if it has one.
        sent_at: when the provider got it, if that can be read.
    """

    user_number: str = field(repr=False)
    notify_number: str = field(repr=False)
    content: str = field(repr=False)
    reference: str | None
    sent_at: datetime | None


def national(number: str) -> str:
    """Return one of our numbers as people in the country dial it."""
    digits = number.strip().removeprefix("+")
    return f"0{digits[2:]}" if digits.startswith("44") else digits


def instant(text: str) -> datetime | None:
    """Read a provider's time, which is London's unless it says otherwise; None if it is none."""
    try:
        read = datetime.fromisoformat(text.strip())
        return (read if read.tzinfo else read.replace(tzinfo=LONDON)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
