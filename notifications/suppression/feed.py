"""What puts addresses on the list by itself: bounces for good, and complaints."""

from collections.abc import Iterable
from uuid import UUID

from notifications.callbacks.outbox import Moved
from notifications.models import Notification, SuppressedRecipient
from notifications.statuses import Status
from notifications.suppression.check import SUPPRESSED
from notifications.suppression.entries import add_automatically, entry
from notify_project.constants import NotificationType


def note_bounces(moved: Iterable[Moved]) -> None:
    """Suppress the recipients of emails that have just failed for good: call with each change."""
    failed = [
        change.id
        for change in moved
        if change.status == Status.PERMANENT_FAILURE
        and change.notification_type == NotificationType.EMAIL
    ]
    if failed:
        _suppress(failed, SuppressedRecipient.Reason.BOUNCED)


def note_complaint(notification_id: UUID) -> None:
    """Suppress the recipient of an email, while it is known who that is."""
    _suppress([notification_id], SuppressedRecipient.Reason.COMPLAINED)


def _suppress(ids: list[UUID], reason: str) -> None:
    emails = Notification.objects.filter(
        id__in=ids, is_real=True, service__uses_suppression_list=True
    ).exclude(normalised_to=None)
    # Not those that failed because their recipients are on the list: nothing is new about them.
    found = emails.values_list("id", "service_id", "normalised_to", "failure_reason")
    add_automatically(
        [
            entry(service_id, normalised, reason, notification_id)
            for notification_id, service_id, normalised, why in found
            if normalised and not (why or "").startswith(SUPPRESSED)
        ]
    )
