"""What happens in Redis once a message is stored, in one round trip."""

import logging

from redis import Redis

from notifications.acceptance.queue_choice import choose_queue
from notifications.delivery.wake import enqueue_lane, raise_flag
from notifications.models import Notification
from notifications.statistics import template_usage
from notify_project.constants import Queue
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis
from services.limits import count_accepted

logger = logging.getLogger(__name__)


def follow_up(notification: Notification, *, abroad: bool) -> None:
    """Count a stored message and wake its lane.

    Without Redis the message stays accepted: its row is found at the next wake-up, and what was
    not counted for its template is noted for repair.

    Args:
        notification: committed, or about to be.
        abroad: a text message that counts against the limit of international ones.
    """
    lane = choose_queue(
        notification.notification_type, notification.is_real, notification.process_type
    )
    try:
        answers = ask_redis(
            f"count and wake for notification {notification.id}",
            lambda client: _count_and_flag(client, notification, lane, abroad=abroad),
        )
    except RedisUnavailable:
        if notification.is_real:
            template_usage.increment_lost(notification.service_id, notification.created_at)
        return
    if notification.is_real:
        template_usage.after_increment(answers[0], notification.service_id, notification.created_at)
    if answers[-1] and not isinstance(answers[-1], Exception):
        _enqueue(lane)


def _count_and_flag(
    client: Redis, notification: Notification, lane: Queue, *, abroad: bool
) -> list[object]:
    batch = Batch()
    if notification.is_real:
        template_usage.increment(
            batch, notification.service_id, notification.template_id, notification.created_at
        )
        count_accepted(
            batch,
            notification.service_id,
            notification.notification_type,
            international=abroad,
        )
    raise_flag(batch, lane)
    # One command's trouble must not hide the answers of the others.
    answers: list[object] = batch.answers(client)
    for answer in answers:
        if isinstance(answer, Exception):
            logger.warning("redis failed: count or wake: %s", type(answer).__name__)
    return answers


def _enqueue(lane: Queue) -> None:
    try:
        ask_redis(f"wake lane {lane}", lambda _client: enqueue_lane(lane))
    except RedisUnavailable:
        logger.warning("lane %s was not woken; the schedule wakes it", lane)
