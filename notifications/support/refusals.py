"""Wishes of a person to be left alone: what is known of them shrinks to a keyed digest.

The digest finds an address that somebody has, and gives it to nobody who has not. So the wish
outlives its author: emails of the service go on being kept back.
"""

from typing import Any

from django.db import transaction

from notifications.models import SuppressedRecipient, UnsubscribeRequest
from notifications.support.person import Person
from notifications.support.running import Erasing, Tell
from notifications.suppression.entries import entry
from notify_project.encryption import blind_indexes

UNSUBSCRIBE_REQUESTS = "unsubscribe_requests"
SUPPRESSION_ENTRIES = "suppression_entries"


def find_unsubscribe_requests(person: Person, tell: Tell) -> list[UnsubscribeRequest]:
    """Return a person's requests, also those of which only the digest is left."""
    if not person.emails:
        return []
    found = list(UnsubscribeRequest.objects.filter(address_hash__in=_digests(person)))
    older = UnsubscribeRequest.objects.filter(address_hash=None)
    for read, row in enumerate(older.iterator(), start=1):
        if person.is_recipient(row.email_address):
            found.append(row)
        tell(f"read {read:,} unsubscribe requests from before they had digests")
    return found


def find_suppression_entries(person: Person) -> list[SuppressedRecipient]:
    """Return the entries of a person, also those of which only the digest is left."""
    return list(SuppressedRecipient.objects.of_addresses(person.emails))


def shown_request(row: UnsubscribeRequest) -> dict[str, Any]:
    """Return a request as an export has it."""
    return {
        "id": row.id,
        "service_id": row.service_id,
        "notification_id": row.notification_id,
        "email_address": row.email_address,
        "created_at": row.created_at,
        "processed_at": row.processed_at,
    }


def shown_entry(row: SuppressedRecipient) -> dict[str, Any]:
    """Return an entry as an export has it."""
    return {
        "id": row.id,
        "service_id": row.service_id,
        "recipient": row.recipient,
        "reason": row.reason,
        "created_at": row.created_at,
    }


def erase_refusals(erasing: Erasing) -> None:
    """Leave of each wish its digest; one that nobody has dealt with yet is kept from now on."""
    for request in find_unsubscribe_requests(erasing.person, erasing.tell):
        if request.email_address:
            with transaction.atomic():
                _erase_request(request, erasing)
    for found in find_suppression_entries(erasing.person):
        if found.recipient:
            with transaction.atomic():
                found.recipient = ""
                found.save(update_fields=["recipient"])
                erasing.count(SUPPRESSION_ENTRIES)


def _erase_request(request: UnsubscribeRequest, erasing: Erasing) -> None:
    normalised = request.email_address.lower()
    if request.processed_at is None:
        _keep_back(request, normalised)
    request.address_hash = blind_indexes(normalised)[0]
    request.email_address = ""
    request.save(update_fields=["address_hash", "email_address"])
    erasing.count(UNSUBSCRIBE_REQUESTS)


def _keep_back(request: UnsubscribeRequest, normalised: str) -> None:
    """Put the digest on the service's list, in a way that holds for a service without one."""
    listed = SuppressedRecipient.objects.of_addresses([normalised])
    reason = SuppressedRecipient.Reason.UNSUBSCRIBED
    if not listed.filter(service=request.service_id).update(reason=reason):
        row = entry(request.service_id, normalised, reason, request.notification_id)
        row.recipient = ""
        # Somebody else may put it there at this moment, which protects as well.
        SuppressedRecipient.objects.bulk_create([row], ignore_conflicts=True)


def _digests(person: Person) -> list[str]:
    return [digest for email in person.emails for digest in blind_indexes(email)]
