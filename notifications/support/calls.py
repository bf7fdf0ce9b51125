"""What services were told of a person's messages, or must still be told."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from notifications.models import CallbackDelivery, Complaint
from notifications.support.person import Person
from notifications.support.running import Erasing, Tell
from notify_project.encryption import Unreadable
from services.models import CallbackType

STORE = "callbacks"
READ_AT_ONCE = 5_000
_RECIPIENTS = ("to", "source_number")
_TEXTS = ("message",)
_OF_MESSAGES = (CallbackType.DELIVERY_STATUS, CallbackType.RETURNED_LETTER)

# Which calls of a few thousand have lost their message, or had lost it when the service was told:
# few, as messages are mostly kept for as long as calls about them are.
_ORPHANS = """
SELECT c.id, CASE c.callback_type
    WHEN 'delivery_status' THEN NOT EXISTS (SELECT FROM notifications n WHERE n.id = c.subject_id)
    WHEN 'inbound_sms' THEN NOT EXISTS (SELECT FROM inbound_sms i WHERE i.id = c.subject_id)
    ELSE TRUE END
FROM (
    SELECT id, callback_type, subject_id FROM callback_deliveries
    WHERE id > %(after)s::uuid ORDER BY id LIMIT %(limit)s
) c ORDER BY c.id
"""


def find_of_messages(ids: Collection[UUID]) -> list[CallbackDelivery]:
    """Return the calls about some messages, and about complaints about them."""
    return list(_of_messages(ids))


def find_of_received_texts(ids: Collection[UUID]) -> list[CallbackDelivery]:
    """Return the calls about some received texts."""
    return list(_of_received_texts(ids))


def find_orphans(person: Person, tell: Tell) -> Iterator[CallbackDelivery]:
    """Yield the calls about a person whose message is deleted; they are read one by one."""
    after, read = UUID(int=0), 0
    while looked_at := _look_at(after):
        orphans = [row_id for row_id, is_orphan in looked_at if is_orphan]
        for row in CallbackDelivery.objects.filter(id__in=orphans):
            if _is_about(row, person):
                yield row
        after, read = looked_at[-1][0], read + len(looked_at)
        tell(f"looked at {read:,} calls of services")


def _look_at(after: UUID) -> list[tuple[UUID, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS, {"after": str(after), "limit": READ_AT_ONCE})
        return [(row_id, is_orphan) for row_id, is_orphan in cursor.fetchall()]


def shown(row: CallbackDelivery) -> dict[str, Any]:
    """Return a call as an export has it."""
    return {
        "id": row.id,
        "service_id": row.service_id,
        "callback_type": row.callback_type,
        "state": row.state,
        "created_at": row.created_at,
        "payload": row.payload,
    }


def erase_of_messages(ids: Collection[UUID], erasing: Erasing) -> None:
    """Erase what calls about some messages tell, in the caller's transaction."""
    _erase(_of_messages(ids), erasing)


def erase_of_received_texts(ids: Collection[UUID], erasing: Erasing) -> None:
    """Erase what calls about some received texts tell, in the caller's transaction."""
    _erase(_of_received_texts(ids), erasing)


def erase_orphans(erasing: Erasing) -> None:
    """Erase what calls tell of a person whose message is deleted."""
    ids = [row.id for row in find_orphans(erasing.person, erasing.tell)]
    with transaction.atomic():
        _erase(CallbackDelivery.objects.filter(id__in=ids), erasing)


def _of_messages(ids: Collection[UUID]) -> QuerySet[CallbackDelivery]:
    complaints = Complaint.objects.filter(notification_id__in=ids).values_list("id", flat=True)
    return CallbackDelivery.objects.filter(
        Q(callback_type__in=_OF_MESSAGES, subject_id__in=ids)
        | Q(callback_type=CallbackType.COMPLAINT, subject_id__in=list(complaints))
    )


def _of_received_texts(ids: Collection[UUID]) -> QuerySet[CallbackDelivery]:
    return CallbackDelivery.objects.filter(
        callback_type=CallbackType.INBOUND_SMS, subject_id__in=ids
    )


def _is_about(row: CallbackDelivery, person: Person) -> bool:
    return any(person.is_recipient(row.payload.get(name) or "") for name in _RECIPIENTS)


def _erase(rows: QuerySet[CallbackDelivery], erasing: Erasing) -> None:
    for row in rows.select_for_update().order_by("id"):
        row.payload = _without_person(row.payload, erasing.person)
        row.save(update_fields=["payload"])
        erasing.count(STORE)


def _without_person(payload: dict[str, Any], person: Person) -> dict[str, Any]:
    """Return the body with the same fields; a call that is made yet tells the outcome alone."""
    if isinstance(payload, Unreadable):
        return {}
    blank = {name: "" for name in (*_RECIPIENTS, *_TEXTS) if name in payload}
    told: dict[str, Any] = payload | blank
    if person.is_told_by(payload.get("reference"), payload.get("to")):
        told["reference"] = None
    return told
