"""Record that somebody wants no more of a service's emails."""

from uuid import UUID

from notifications.models import Notification, NotificationHistory, UnsubscribeRequest
from notifications.unsubscribe.links import InvalidLink, Link
from notify_project import clock
from notify_project.encryption import blind_indexes

Origin = Notification | NotificationHistory


def unsubscribe(link: Link) -> UnsubscribeRequest:
    """Record a request; while one is open, another for the same email records nothing.

    Returns:
        The request as it was or would have been recorded.

    Raises:
        InvalidLink: there never was such an email, or nothing is left of it.
    """
    email = find_email(link)
    request = UnsubscribeRequest(
        notification_id=link.notification_id,
        service_id=email.service_id,
        template_id=email.template_id,
        template_version=email.template_version,
        email_address=link.address,
        address_hash=blind_indexes(link.address.lower())[0],
        created_at=clock.now(),
    )
    # The database decides between two clicks at once.
    UnsubscribeRequest.objects.bulk_create([request], ignore_conflicts=True)
    return request


def find_email(link: Link) -> Origin:
    """Return the email a link came in, or the history row that remains of it.

    Raises:
        InvalidLink: there is neither.
    """
    # Messages that are not real have no history.
    found = _find(NotificationHistory, link.notification_id) or _find(
        Notification, link.notification_id
    )
    if found is None:
        raise InvalidLink("This unsubscribe link is invalid or expired.")
    return found


def _find(model: type[Origin], notification_id: UUID) -> Origin | None:
    rows = model._default_manager.select_related("service")  # noqa: SLF001 - public
    return rows.filter(id=notification_id).first()
