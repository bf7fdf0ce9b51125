"""What stands between a message that is due and the worker of its lane."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notifications.delivery.health import circuit_of
from notifications.models import DUE_AT, Notification, ProviderDetails

# Nobody needs to know more exactly how long a queue is.
MOST_BEFORE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Providers:
    """Who could send a message.

    Attributes:
        active: those that are switched on.
        failing: of them, those that are left alone, with when that began.
    """

    active: tuple[str, ...]
    failing: tuple[tuple[str, datetime], ...]


def count_before(row: Notification, now: datetime) -> int:
    """Count the messages of a lane that were due before one; counting stops after a thousand."""
    due_at = max(filter(None, (row.created_at, row.claimed_until, row.next_attempt_at)))
    # What is due by then, and not a moment later.
    before = Notification.objects.due(min(due_at, now)).filter(lane=row.lane).exclude(id=row.id)
    # Ordered, so that the index on times answers it: the oldest are read, and no others.
    return before.order_by(DUE_AT)[:MOST_BEFORE].count()


def providers_for(row: Notification) -> Providers:
    """Return who could send a message, and who of them does not answer."""
    rows = ProviderDetails.objects.filter(
        notification_type=row.notification_type, active=True
    ).select_related("health")
    found = [
        each
        for each in rows.order_by("identifier")
        if each.supports_international or not row.international or row.notification_type != "sms"
    ]
    circuits = [(each.identifier, circuit_of(each).opened_at) for each in found]
    return Providers(
        active=tuple(each.identifier for each in found),
        failing=tuple((name, opened) for name, opened in circuits if opened is not None),
    )
