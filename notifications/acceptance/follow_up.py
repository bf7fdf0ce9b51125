"""What happens in Redis once a message is stored, in one round trip."""

import logging

from notifications.delivery.wake import enqueue_lane, raise_flag
from notifications.letters.tasks import wake_test_letters
from notifications.models import Notification
from notifications.statistics import template_usage
from notify_project.constants import NotificationType, Queue
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis

logger = logging.getLogger(__name__)


def follow_up(notification: Notification) -> None:
    """Count a stored message and wake its lane.

    Without Redis the message stays accepted: its row is found at the next wake-up, and what was
    not counted for its template is noted for repair.

    Args:
        notification: committed.
    """
    answers = _count_and_flag(notification)
    if notification.is_real:
        _after_count(answers, notification)
    if notification.notification_type == NotificationType.LETTER:
        if not notification.is_real:
            wake_test_letters()
    elif answers and answers[-1] and not isinstance(answers[-1], Exception):
        _enqueue(Queue(notification.lane))


def _count_and_flag(notification: Notification) -> list[object]:
    """Return the answers of Redis; none when it is away."""
    batch = Batch()
    if notification.is_real:
        template_usage.increment(
            batch, notification.service_id, notification.template_id, notification.created_at
        )
    if notification.notification_type != NotificationType.LETTER:
        raise_flag(batch, Queue(notification.lane))
    try:
        answers: list[object] = ask_redis(
            f"count and wake for notification {notification.id}", batch.answers
        )
    except RedisUnavailable:
        return []
    # One command's trouble must not hide the answers of the others.
    for answer in answers:
        if isinstance(answer, Exception):
            logger.warning("redis failed: count or wake: %s", type(answer).__name__)
    return answers


def _after_count(answers: list[object], notification: Notification) -> None:
    service_id, created_at = notification.service_id, notification.created_at
    if answers:
        template_usage.after_increment(answers[0], service_id, created_at)
    else:
        template_usage.increment_lost(service_id, created_at)


def _enqueue(lane: Queue) -> None:
    try:
        ask_redis(f"wake lane {lane}", lambda _client: enqueue_lane(lane))
    except RedisUnavailable:
        logger.warning("lane %s was not woken; the schedule wakes it", lane)
