"""What is held back by people, of all that a message belongs to."""

from dataclasses import dataclass
from datetime import datetime

from notifications.models import Notification


@dataclass(frozen=True, slots=True)
class Held:
    """Something that somebody holds back.

    Attributes:
        what: such as "the service".
        since: when they began.
        by: who; empty for a program.
        reason: why.
    """

    what: str
    since: datetime
    by: str
    reason: str


def active_holds_for(row: Notification) -> list[Held]:
    """Return what keeps a message back: nothing can be held yet but a job, which its row says."""
    del row
    return []
