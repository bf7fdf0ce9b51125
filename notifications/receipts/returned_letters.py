"""Letters that the post brought back."""

import logging
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from notifications import lifecycle
from notifications.callbacks import outbox
from notifications.callbacks.payloads import returned_letter_payload
from notifications.lifecycle import CameBack
from notifications.models import (
    CallbackDelivery,
    Notification,
    NotificationHistory,
    ReturnedLetter,
)
from notifications.receipts.sent_letters import how_sent
from notifications.statuses import Status
from notify_project import clock
from notify_project.constants import NotificationType
from services.models import CallbackType, ServiceCallbackApi

logger = logging.getLogger(__name__)

# Source: the life of a letter, returned letters.
REFERENCE = re.compile(r"[0-9A-Z]{16}", re.ASCII)
# Each is a transaction, which holds the rows of its letters.
_AT_A_TIME = 1000
_LOGGED = 50


def record_returned(references: Iterable[str], *, now: datetime) -> int:
    """Record that letters came back, and tell the services that want to know.

    One that was reported before changes nothing, nor does one that was never posted.

    Args:
        references: as they are printed on the letters; any number.
        now: when they were reported.

    Returns:
        How many letters are known to have come back only now.
    """
    count, distinct = 0, sorted(set(references))
    for first in range(0, len(distinct), _AT_A_TIME):
        some = distinct[first : first + _AT_A_TIME]
        with transaction.atomic():
            moved = lifecycle.return_letters(some, now=now)
            _store(moved, now)
            outbox.write(_told(moved, now))
        count += len(moved)
        if len(moved) < len(some):
            _explain(some)
    return count


def _store(moved: Sequence[CameBack], now: datetime) -> None:
    day = clock.london_day(now)
    rows = [
        ReturnedLetter(
            notification_id=letter.id,
            service_id=letter.service_id,
            reported_at=day,
            created_at=now,
        )
        for letter in moved
    ]
    ReturnedLetter.objects.bulk_create(rows, ignore_conflicts=True)


def _told(moved: Sequence[CameBack], now: datetime) -> list[CallbackDelivery]:
    wanting = ServiceCallbackApi.objects.filter(
        service_id__in={letter.service_id for letter in moved},
        callback_type=CallbackType.RETURNED_LETTER,
    )
    services = set(wanting.values_list("service_id", flat=True))
    told = [letter for letter in moved if letter.service_id in services]
    return [
        CallbackDelivery(
            service_id=letter.service_id,
            callback_type=CallbackType.RETURNED_LETTER,
            subject_id=letter.id,
            event_key="returned",
            payload=returned_letter_payload(sent),
            created_at=now,
        )
        for letter, sent in zip(told, how_sent(told), strict=True)
    ]


def _explain(references: Collection[str]) -> None:
    """Log those that are no letters of ours, and those that cannot have come back."""
    wanted = {"reference__in": references, "notification_type": NotificationType.LETTER}
    live = Notification.objects.filter(is_real=True, **wanted)
    # Where the row itself is there, history says the same.
    is_live = Exists(Notification.objects.filter(id=OuterRef("id")))
    kept = NotificationHistory.objects.filter(~is_live, **wanted)
    found = [row for rows in (live, kept) for row in rows.values_list("reference", "status")]
    for reference, status in found:
        if status != Status.RETURNED_LETTER:
            logger.warning("letter %s is %s, it cannot have come back", reference, status)
    unknown = sorted(set(references) - {reference for reference, _ in found})
    if unknown:
        some = " ".join(unknown[:_LOGGED])
        logger.warning("%s unknown letters are reported as come back: %s", len(unknown), some)
