"""What workers run for letters, and what wakes them."""

from notifications.letters.simulate import deliver_test_letters
from notify_project import clock, waiting_tasks
from notify_project.constants import Queue

_FLAG = "test-letters"


def finish_test_letters() -> None:
    """Bring the letters that are not real to their end."""
    waiting_tasks.lower_flag(_FLAG)
    deliver_test_letters(clock.now())


def wake_test_letters() -> None:
    """Queue the task above unless one waits; without Redis, log and go on.

    To be called once the letter is committed.
    """
    waiting_tasks.wake(_FLAG, finish_test_letters, queue=Queue.RESEARCH_MODE)
