"""What workers run to store what was accepted before."""

import logging

from django import db

from notifications.acceptance.follow_up import follow_up
from notifications.acceptance.payload import PayloadRefused, unseal
from notifications.acceptance.storing import store
from notify_project.kept_tasks import is_last_attempt, never_again, running_task_id

logger = logging.getLogger(__name__)


class NotStored(Exception):
    """A message is not stored; its task is kept, and says what PostgreSQL had against it."""


def persist_deferred(sealed: str) -> None:
    """Store a message, count it and wake its lane.

    Args:
        sealed: the payload.

    Raises:
        PayloadRefused: we cannot read it; it is kept for two weeks and not tried again.
        NotStored: the database failed; it is tried again, then kept for two weeks.
    """
    try:
        payload = unseal(sealed)
    except PayloadRefused:
        never_again()
        logger.error("the payload of task %s is refused", running_task_id())  # noqa: TRY400 - raised
        raise
    try:
        notification = store(payload)
    except db.Error as error:
        if is_last_attempt():
            logger.error("notification %s was not stored; its task is kept", payload.id)  # noqa: TRY400 - raised
        # The error's own text can show the row, which is personal, to logs and to Redis.
        code = getattr(error.__cause__, "pgcode", None)
        raise NotStored(f"notification {payload.id}: {type(error).__name__} {code}") from None
    if notification is not None:
        follow_up(notification)
