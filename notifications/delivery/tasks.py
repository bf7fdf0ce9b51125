"""What workers run to empty a lane."""

from notifications.delivery.claim import has_due_rows
from notifications.delivery.deliver import deliver
from notify_project import clock
from notify_project.constants import Queue
from notify_project.waiting_tasks import lower_flag, wake


def deliver_lane(lane: str) -> None:
    """Send what is due in a lane; any number of workers may do so at once.

    Args:
        lane: name of its queue.
    """
    queue = Queue(lane)
    lower_flag(flag_of(queue))
    deliver(queue)
    if has_due_rows(queue, clock.now()):
        wake(flag_of(queue), deliver_lane, queue.value, queue=queue)


def flag_of(lane: Queue) -> str:
    """Return the flag of a lane's task."""
    return f"lane-{Queue(lane).value}"
