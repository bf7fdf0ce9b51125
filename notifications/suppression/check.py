"""Which messages must not go out because of their recipients."""

from uuid import UUID

from django.db.models import Q

from notifications.models import Notification, SuppressedRecipient
from notify_project.caching import LocalMemory
from notify_project.constants import NotificationType, ProcessType
from notify_project.encryption import blind_indexes
from services.read_models import find_service

# Begins the code that support staff see.
SUPPRESSED = "suppressed-"

Reason = SuppressedRecipient.Reason
_memory: LocalMemory[frozenset[UUID]] = LocalMemory()


def find_suppressed(rows: list[Notification]) -> dict[UUID, str]:
    """Return the code of the reason for each email that its service's list keeps back.

    What is urgent, such as a code to sign in with, goes out whatever came back before.
    """
    emails = [
        row
        for row in rows
        if row.is_real
        and row.notification_type == NotificationType.EMAIL
        and row.process_type != ProcessType.PRIORITY
        and row.normalised_to
    ]
    using = {
        service_id for service_id in {row.service_id for row in emails} if _uses_list(service_id)
    }
    keeping = services_with_unsubscribed() if emails else frozenset()
    emails = [row for row in emails if row.service_id in using | keeping]
    if not emails:
        return {}
    hashes = {row.id: blind_indexes(row.normalised_to or "") for row in emails}
    listed = SuppressedRecipient.objects.filter(
        Q(service__in=using) | Q(service__in=keeping, reason=Reason.UNSUBSCRIBED),
        recipient_hash__in=[each for found in hashes.values() for each in found],
    )
    reasons = {
        (service_id, digest): reason
        for service_id, digest, reason in listed.values_list(
            "service_id", "recipient_hash", "reason"
        )
    }
    return {
        row.id: f"{SUPPRESSED}{reasons[row.service_id, digest]}"
        for row in emails
        for digest in hashes[row.id]
        if (row.service_id, digest) in reasons
    }


def services_with_unsubscribed() -> frozenset[UUID]:
    """Return the services from which an erased person had unsubscribed; there are few."""
    return _memory.remember("services-with-unsubscribed", _services_with_unsubscribed)


def _services_with_unsubscribed() -> frozenset[UUID]:
    entries = SuppressedRecipient.objects.filter(reason=Reason.UNSUBSCRIBED)
    return frozenset(entries.values_list("service_id", flat=True))


def _uses_list(service_id: UUID) -> bool:
    """Say whether a service keeps a list; most do not, and their emails cost nothing here."""
    service = find_service(service_id)
    return service is not None and service.uses_suppression_list
