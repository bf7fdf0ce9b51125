"""Which rows belong to a lane, and which of them are due."""

from datetime import datetime, timedelta

from django.conf import settings

from notifications import lifecycle
from notifications.lifecycle.held import memory
from notifications.models import DUE_AT, Notification
from notify_project.constants import LANES, Queue


def claim_due(lane: Queue, *, limit: int, now: datetime) -> list[Notification]:
    """Take due messages of a lane; nobody else takes them before their lease ends."""
    lease_until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    return lifecycle.claim(lane=lane.value, limit=limit, now=now, lease_until=lease_until)


def lanes_with_due_rows(now: datetime) -> list[Queue]:
    """Return the lanes in which a message could be sent now."""
    return [lane for lane in LANES if may_be_taken(lane, now)]


def may_be_taken(lane: Queue, now: datetime) -> bool:
    """Say whether a message of the lane could be sent now, and the lane is not held."""
    return has_due_rows(lane, now) and lane not in memory.refresh().lanes


def has_due_rows(lane: Queue, now: datetime) -> bool:
    """Say whether a message of the lane could be sent now."""
    # Ordered, so that the planner takes the index on the time: past a million messages that wait
    # for their retries it took two seconds to find none.
    due = Notification.objects.due(now).filter(lane=lane.value).order_by(DUE_AT)
    return due.values("id").first() is not None


def never_started_count(now: datetime) -> int:
    """Count accepted texts and emails that no worker has taken for too long.

    Rows of large jobs wait their turn: there the age of the first says whether something is wrong.
    """
    patience = timedelta(seconds=settings.RESEND_CREATED_AFTER_SECONDS)
    return (
        Notification.objects.due(now)
        .filter(delivery_attempts=0, created_at__lt=now - patience)
        .exclude(lane__in=[Queue.BULK, *memory.refresh().lanes])
        .count()
    )
