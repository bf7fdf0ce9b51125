"""What workers run for callbacks, and what wakes them."""

import logging

from notifications.callbacks.claim import has_due_rows
from notifications.callbacks.endpoints import give_up_on_the_dead
from notifications.callbacks.old_rows import delete_old_rows
from notifications.callbacks.send import send
from notify_project import clock, waiting_tasks
from notify_project.constants import Queue

logger = logging.getLogger(__name__)

_FLAG = "callbacks"


def send_callbacks() -> None:
    """Tell services what they must be told by now; any number of workers may do so at once."""
    waiting_tasks.lower_flag(_FLAG)
    send()
    if has_due_rows(clock.now()):
        wake()


def wake() -> None:
    """Queue the task above unless one waits; without Redis, log and go on."""
    waiting_tasks.wake(_FLAG, send_callbacks, queue=Queue.CALLBACKS)


def delete_old_callbacks() -> None:
    """Delete what services were told more than a week ago, and give up on dead endpoints."""
    give_up_on_the_dead(clock.now())
    logger.info("deleted %s old callbacks", delete_old_rows(clock.now()))
