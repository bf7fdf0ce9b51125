"""What a service is told of its statuses: requested, delivered, failed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from notifications.statuses import FAILED, Status
from notify_project.constants import NotificationType

_DELIVERED = frozenset({Status.DELIVERED, Status.SENT})


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages were wanted, arrived, and will not arrive; others are on their way."""

    requested: int = 0
    delivered: int = 0
    failed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.requested + other.requested,
            self.delivered + other.delivered,
            self.failed + other.failed,
        )

    @classmethod
    def of(cls, status: str, count: int) -> "Tally":
        """Return the tally of messages that stand in one status."""
        if status == Status.CANCELLED:
            return cls()
        return cls(
            requested=count,
            delivered=count if status in _DELIVERED else 0,
            failed=count if status in FAILED else 0,
        )


def tally_by_type(rows: Iterable[tuple[Any, ...]]) -> dict[str, Tally]:
    """Add up rows of type, status and number; every type is there."""
    tallies = dict.fromkeys(NotificationType.values, Tally())
    for notification_type, status, count in rows:
        tallies[notification_type] += Tally.of(status, count)
    return tallies
