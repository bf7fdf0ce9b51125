"""What workers run to empty a lane, and to keep providers in balance."""

import logging

from notifications.delivery import balance, health
from notifications.delivery.claim import may_be_taken
from notifications.delivery.deliver import deliver
from notify_project import clock
from notify_project.constants import Queue
from notify_project.waiting_tasks import lower_flag, wake

logger = logging.getLogger(__name__)


def deliver_lane(lane: str) -> None:
    """Send what is due in a lane; any number of workers may do so at once.

    Args:
        lane: name of its queue.
    """
    queue = Queue(lane)
    lower_flag(flag_of(queue))
    deliver(queue)
    if may_be_taken(queue, clock.now()):
        wake(flag_of(queue), deliver_lane, queue.value, queue=queue)


def flag_of(lane: Queue) -> str:
    """Return the flag of a lane's task."""
    return f"lane-{Queue(lane).value}"


def lower_failing_providers() -> None:
    """Move weight away from providers of texts whose calls fail."""
    balance.lower_failing(clock.now())


def lower_slow_providers() -> None:
    """Move weight away from providers of texts that are slow."""
    balance.lower_slow(clock.now())


def recover_providers() -> None:
    """Move the weights of providers of texts towards those they have at rest."""
    balance.recover(clock.now())


def delete_old_provider_figures() -> None:
    """Delete the figures of providers that nobody looks at any more."""
    logger.info("deleted %s old figures of providers", health.delete_old_figures(clock.now()))
