"""Which rows belong to a lane, and which of them are due."""

from datetime import datetime, timedelta

from django.conf import settings

from notifications import lifecycle
from notifications.models import Notification
from notify_project.constants import ProcessType, Queue

# Lane -> its rows by (is_real, process_type): the inverse of the choice of a queue.
LANES: dict[Queue, tuple[tuple[bool, ProcessType], ...]] = {
    Queue.PRIORITY: ((True, ProcessType.PRIORITY),),
    Queue.NORMAL: ((True, ProcessType.NORMAL),),
    Queue.RESEARCH_MODE: ((False, ProcessType.NORMAL), (False, ProcessType.PRIORITY)),
}


def claim_due(lane: Queue, *, limit: int, now: datetime) -> list[Notification]:
    """Take due messages of a lane; nobody else takes them before their lease ends."""
    lease_until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    claimed: list[Notification] = []
    for is_real, process_type in LANES[lane]:
        if len(claimed) < limit:
            claimed += lifecycle.claim(
                is_real=is_real,
                process_type=process_type.value,
                limit=limit - len(claimed),
                now=now,
                lease_until=lease_until,
            )
    return claimed


def lanes_with_due_rows(now: datetime) -> list[Queue]:
    """Return the lanes in which a message could be sent now."""
    return [lane for lane in LANES if has_due_rows(lane, now)]


def has_due_rows(lane: Queue, now: datetime) -> bool:
    """Say whether a message of the lane could be sent now."""
    return any(
        Notification.objects.due(now).filter(is_real=is_real, process_type=process_type).exists()
        for is_real, process_type in LANES[lane]
    )


def never_started_count(now: datetime) -> int:
    """Count accepted texts and emails that no worker has taken for too long."""
    patience = timedelta(seconds=settings.RESEND_CREATED_AFTER_SECONDS)
    return (
        Notification.objects.due(now)
        .filter(delivery_attempts=0, created_at__lt=now - patience)
        .count()
    )
