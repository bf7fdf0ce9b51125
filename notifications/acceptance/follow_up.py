"""What happens in Redis once a message is stored, in one round trip."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.delivery.wake import enqueue_lane, raise_flag
from notifications.letters.tasks import wake_checks, wake_letters, wake_test_letters
from notifications.models import Notification
from notifications.statistics import template_usage
from notifications.statuses import Status
from notify_project.constants import NotificationType, Queue
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Messages that were committed together, and whom they came from.

    Attributes:
        what: for the log.
        is_pdf: a letter that came as a PDF.
    """

    what: str
    service_id: UUID
    template_id: UUID
    notification_type: str
    is_real: bool
    lane: str
    created_at: datetime
    count: int = 1
    is_pdf: bool = False


def follow_up(notification: Notification) -> None:
    """Count a stored message and wake its lane.

    Args:
        notification: committed.
    """
    follow_up_many(
        Stored(
            what=f"notification {notification.id}",
            service_id=notification.service_id,
            template_id=notification.template_id,
            notification_type=notification.notification_type,
            is_real=notification.is_real,
            lane=notification.lane,
            created_at=notification.created_at,
            is_pdf=notification.status == Status.PENDING_VIRUS_CHECK,
        )
    )


def follow_up_many(stored: Stored) -> None:
    """Count stored messages of one template and wake their lane.

    Without Redis they stay accepted: their rows are found at the next wake-up, and what was not
    counted for their template is noted for repair.
    """
    answers = _count_and_flag(stored)
    if stored.is_real:
        _after_count(answers, stored)
    if stored.notification_type == NotificationType.LETTER:
        _waking_of(stored)()
    elif answers and answers[-1] and not isinstance(answers[-1], Exception):
        _enqueue(Queue(stored.lane))


def _waking_of(stored: Stored) -> Callable[[], None]:
    if not stored.is_real:
        return wake_test_letters
    return wake_checks if stored.is_pdf else wake_letters


def _count_and_flag(stored: Stored) -> list[object]:
    """Return the answers of Redis; none when it is away."""
    batch = Batch()
    if stored.is_real:
        template_usage.increment(
            batch, stored.service_id, stored.template_id, stored.created_at, by=stored.count
        )
    if stored.notification_type != NotificationType.LETTER:
        raise_flag(batch, Queue(stored.lane))
    try:
        answers: list[object] = ask_redis(f"count and wake for {stored.what}", batch.answers)
    except RedisUnavailable:
        return []
    # One command's trouble must not hide the answers of the others.
    for answer in answers:
        if isinstance(answer, Exception):
            logger.warning("redis failed: count or wake: %s", type(answer).__name__)
    return answers


def _after_count(answers: list[object], stored: Stored) -> None:
    service_id, created_at = stored.service_id, stored.created_at
    if answers:
        template_usage.after_increment(answers[0], service_id, created_at)
    else:
        template_usage.increment_lost(service_id, created_at)


def _enqueue(lane: Queue) -> None:
    try:
        ask_redis(f"wake lane {lane}", lambda _client: enqueue_lane(lane))
    except RedisUnavailable:
        logger.warning("lane %s was not woken; the schedule wakes it", lane)
