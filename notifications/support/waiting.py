"""Messages that were accepted and wait in Redis to be stored, or could not be."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from notifications.acceptance.deferred import drop_deferred, list_deferred
from notifications.acceptance.follow_up import follow_up
from notifications.acceptance.payload import Payload
from notifications.acceptance.storing import insert
from notifications.models import Notification, NotificationHistory
from notifications.support import messages
from notifications.support.person import Person
from notifications.support.running import Erasing, Tell
from notify_project.constants import NotificationType

STORE = "waiting_in_redis"
UNREADABLE = "waiting_in_redis_unreadable"


def find_waiting(person: Person, tell: Tell) -> Iterator[Payload | None]:
    """Yield what waits for a person, and None for each that cannot be read any more.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    if not settings.REDIS_ENABLED:
        return
    for read, payload in enumerate(list_deferred(), start=1):
        if payload is None or _is_to(payload, person):
            yield payload
        tell(f"read {read:,} messages that wait to be stored")


def shown(payload: Payload) -> dict[str, Any]:
    """Return a message that waits as an export has it."""
    return {
        "id": payload.id,
        "service_id": payload.service_id,
        "notification_type": payload.notification_type,
        "created_at": payload.created_at,
        "to": payload.to,
        "personalisation": payload.personalisation,
        "client_reference": payload.client_reference,
    }


def erase_waiting(erasing: Erasing) -> None:
    """Store what waits and erase it in one transaction, so that it is there and never sent.

    Raises:
        redis.RedisError: Redis did not answer; what is left is found the next time.
    """
    unreadable = 0
    for payload in find_waiting(erasing.person, erasing.tell):
        if payload is None:
            unreadable += 1
            continue
        row = _store_erased(payload, erasing)
        # A worker that has the task already finds the message stored.
        drop_deferred(payload.id)
        if row is not None:
            follow_up(row)
    erasing.request.counts[UNREADABLE] = unreadable


def _store_erased(payload: Payload, erasing: Erasing) -> Notification | None:
    try:
        with transaction.atomic():
            row = insert(payload)
            messages.erase_batch([row.id], erasing)
            erasing.count(STORE)
    except IntegrityError:
        if not _is_stored(payload):
            raise
        # By a worker, a moment ago: it is found with the other messages.
        return None
    return row


def _is_stored(payload: Payload) -> bool:
    return any(
        rows.filter(id=payload.id).exists()
        for rows in (Notification.objects.all(), NotificationHistory.objects.all())
    )


def _is_to(payload: Payload, person: Person) -> bool:
    if payload.notification_type == NotificationType.LETTER:
        return any(each.is_recipient(payload.to) for each in person.addresses)
    return person.is_recipient(payload.to)
