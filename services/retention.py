"""How long a service's messages are kept."""

from uuid import UUID

from django.db import transaction

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from services.models import Service, ServiceDataRetention, User
from services.models.retention import DEFAULT_DAYS, LONGEST_DAYS, SHORTEST_DAYS
from services.read_models import forget_service


class InvalidRetention(ApiError):
    """A number of days, or a channel, that there is not."""


def set_retention(
    service: Service, notification_type: str, days: int, *, actor: User | None, reason: str = ""
) -> bool:
    """Keep a channel's messages for so many London days, and return whether that is new.

    Args:
        service: whose messages.
        notification_type: their channel.
        days: 3 to 90.
        actor: who asked for it.
        reason: why, for support staff.

    Raises:
        InvalidRetention: the message says why.
    """
    _require_channel(notification_type)
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise InvalidRetention(f"Messages are kept for {SHORTEST_DAYS} to {LONGEST_DAYS} days")
    with transaction.atomic():
        # There may be no row of the channel yet to lock.
        Service.objects.select_for_update(no_key=True).get(id=service.id)
        rows = ServiceDataRetention.objects.filter(
            service=service, notification_type=notification_type
        )
        row = rows.first()
        before = row.days_of_retention if row else DEFAULT_DAYS
        if before == days:
            return False
        if row is None:
            ServiceDataRetention.objects.create(
                service=service, notification_type=notification_type, days_of_retention=days
            )
        else:
            rows.update(days_of_retention=days, updated_at=clock.now())
        audit.record(
            "change retention",
            service,
            actor=actor,
            service_id=service.id,
            before={notification_type: before},
            after={notification_type: days},
            reason=reason,
        )
        forget_service(service.id)
    return True


def remove_retention(
    service: Service, notification_type: str, *, actor: User | None, reason: str = ""
) -> bool:
    """Keep a channel's messages for the usual week again, and return whether another was set.

    Raises:
        InvalidRetention: there is no such channel.
    """
    _require_channel(notification_type)
    with transaction.atomic():
        Service.objects.select_for_update(no_key=True).get(id=service.id)
        rows = ServiceDataRetention.objects.filter(
            service=service, notification_type=notification_type
        )
        row = rows.first()
        if row is None:
            return False
        rows.delete()
        audit.record(
            "remove retention",
            service,
            actor=actor,
            service_id=service.id,
            before={notification_type: row.days_of_retention},
            after={notification_type: DEFAULT_DAYS},
            reason=reason,
        )
        forget_service(service.id)
    return True


def days_of_retention(service_id: UUID, notification_type: str) -> int:
    """Return for how many London days a service's messages of a channel are kept."""
    rows = ServiceDataRetention.objects.filter(
        service=service_id, notification_type=notification_type
    )
    days = rows.values_list("days_of_retention", flat=True).first()
    return DEFAULT_DAYS if days is None else days


def _require_channel(notification_type: str) -> None:
    if notification_type not in NotificationType.values:
        raise InvalidRetention(f"{notification_type} is not a channel")
