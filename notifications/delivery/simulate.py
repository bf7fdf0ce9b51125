"""Messages that are not real: the same way through the statuses, and no provider."""

from datetime import datetime

from django.db import transaction

from notifications import lifecycle
from notifications.lifecycle import Outcome
from notifications.models import Notification
from notifications.statuses import Status
from notify_project.constants import NotificationType

# Source: the API contract, test keys.
_ENDINGS = {
    "7700900002": Status.PERMANENT_FAILURE,
    "7700900003": Status.TEMPORARY_FAILURE,
}
_ADDRESSES = {
    "perm-fail@simulator.notify": Status.PERMANENT_FAILURE,
    "temp-fail@simulator.notify": Status.TEMPORARY_FAILURE,
}


def pretend(row: Notification, identifier: str, *, now: datetime) -> None:
    """Mark a claimed message as sent by a provider, then do what its receipt would do.

    Both or neither: a message whose receipt was never made up would wait for it for days.

    Args:
        row: claimed, and not real.
        identifier: the provider that would have sent it.
        now: when.
    """
    abroad = row.notification_type == NotificationType.SMS and row.international
    sent = Outcome(
        row.id,
        row.delivery_attempts,
        Status.SENT if abroad else Status.SENDING,
        accepted=True,
        sent_at=now,
        sent_by=identifier,
    )
    with transaction.atomic():
        if lifecycle.record_outcomes([sent], now=now):
            lifecycle.move(row.id, outcome_of(row.normalised_to or ""), now=now)


def outcome_of(recipient: str) -> Status:
    """Return the outcome that a recipient stands for."""
    return _ADDRESSES.get(recipient) or _ENDINGS.get(recipient[-10:], Status.DELIVERED)
