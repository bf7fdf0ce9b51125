"""Accept a message without the database: queue it to be stored, and find it meanwhile."""

import logging
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings
from redis import Redis
from rq import Retry

from notifications.acceptance.payload import Payload, PayloadRefused, seal, unseal
from notifications.acceptance.queue_choice import choose_storing_queue
from notifications.acceptance.storing import not_stored_yet, store
from notifications.acceptance.tasks import persist_deferred
from notifications.models import Notification
from notify_project.constants import Queue
from notify_project.kept_tasks import drop, find_argument, first_arguments, requeue_failed
from notify_project.queues import enqueue
from notify_project.redis_connection import RedisUnavailable, ask_redis, redis_connection

logger = logging.getLogger(__name__)

# Where messages wait to be stored.
STORING_QUEUES = (Queue.PRIORITY, Queue.DATABASE, Queue.RESEARCH_MODE)


def queue_or_store(payload: Payload) -> tuple[Notification, bool]:
    """Queue a message to be stored; store it now if it is too large, or the queue refuses it.

    Under one id both ways: a queue that refused may have taken it nevertheless, and whoever
    comes second finds it stored.

    Returns:
        The notification, and whether this call has stored it.

    Raises:
        django.db.Error: neither queue nor database took it.
    """
    if not _is_queued(payload):
        row = store(payload)
        if row is not None:
            return row, True
    return not_stored_yet(payload), False


def find_deferred(notification_id: UUID, service_id: UUID) -> Notification | None:
    """Return a service's message that waits to be stored, or could not be; None without Redis."""

    def look(connection: Redis) -> str | None:
        return find_argument(connection, persist_deferred, str(notification_id))

    try:
        sealed = ask_redis(f"find deferred notification {notification_id}", look)
        payload = unseal(sealed) if sealed else None
    except (RedisUnavailable, PayloadRefused):
        return None
    if payload is None or (payload.id, payload.service_id) != (notification_id, service_id):
        return None
    return not_stored_yet(payload)


def requeue_failed_persists(since: datetime | None = None) -> int:
    """Queue the messages again that could not be stored; return how many.

    Args:
        since: only those that failed at this instant or later.

    Raises:
        redis.RedisError: Redis did not answer; some may be queued.
    """
    retries = settings.PERSIST_RETRY_MAX
    return requeue_failed(persist_deferred, STORING_QUEUES, retries=retries, since=since)


def list_deferred() -> Iterator[Payload | None]:
    """Yield the messages that wait to be stored, or could not be; None for one nobody can read.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    for _, sealed in first_arguments(redis_connection(), persist_deferred):
        try:
            yield unseal(sealed)
        except PayloadRefused:
            yield None


def drop_deferred(notification_id: UUID) -> None:
    """Let a message wait no more, once it is stored.

    Raises:
        redis.RedisError: Redis did not answer.
    """
    drop(redis_connection(), str(notification_id))


def _is_queued(payload: Payload) -> bool:
    sealed = seal(payload)
    if len(sealed) > settings.MAX_DEFERRED_PAYLOAD_BYTES:
        return False
    queue = choose_storing_queue(payload.notification_type, payload.is_real, payload.process_type)
    retry = Retry(max=settings.PERSIST_RETRY_MAX, interval=settings.PERSIST_RETRY_INTERVAL)
    try:
        ask_redis(
            f"queue notification {payload.id}",
            lambda _: enqueue(
                persist_deferred, sealed, queue=queue, task_id=str(payload.id), retry=retry
            ),
        )
    except RedisUnavailable:
        logger.warning("notification %s could not be queued and is stored at once", payload.id)
        return False
    return True
