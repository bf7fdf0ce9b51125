"""What workers run for letters, and what wakes them."""

import logging
from contextlib import suppress
from datetime import timedelta

from notifications.letters.pages import make_pages
from notifications.letters.printing.batches import has_due_batch
from notifications.letters.printing.collate import collate, deadline_now
from notifications.letters.printing.hand_over import hand_over_batches
from notifications.letters.printing.printers import NoPrinter
from notifications.letters.simulate import deliver_test_letters
from notify_project import clock, waiting_tasks
from notify_project.constants import Queue

logger = logging.getLogger(__name__)

_TEST_LETTERS, _LETTERS, _BATCHES = "test-letters", "letters", "print-batches"
# Other tasks of the queue wait no longer; emails and texts of test keys are done in a moment.
_AT_A_TIME, _TEST_LETTERS_AT_A_TIME = timedelta(seconds=30), timedelta(seconds=3)


def make_letters() -> None:
    """Make the pages of letters that wait for them."""
    waiting_tasks.lower_flag(_LETTERS)
    until = clock.now() + _AT_A_TIME
    make_pages(is_real=True, until=until)
    if clock.now() >= until:
        wake_letters()


def finish_test_letters() -> None:
    """Bring the letters that are not real to their end."""
    waiting_tasks.lower_flag(_TEST_LETTERS)
    deliver_test_letters(clock.now())
    until = clock.now() + _TEST_LETTERS_AT_A_TIME
    make_pages(is_real=False, until=until)
    if clock.now() >= until:
        wake_test_letters()


def collate_letters() -> None:
    """Plan the day's print run, and have it handed over."""
    deadline = deadline_now(clock.now())
    if deadline is None:
        logger.error(
            "the print run was not begun in its hour: begin it with `manage.py collate_letters`"
        )
        return
    # Without a printer, which is logged, letters wait for the next run.
    with suppress(NoPrinter):
        collate(deadline)
    wake_print_batches()


def hand_over_print_batches() -> None:
    """Hand planned batches over to the printer."""
    waiting_tasks.lower_flag(_BATCHES)
    hand_over_batches(until=clock.now() + _AT_A_TIME)
    if has_due_batch(clock.now()):
        wake_print_batches()


def wake_print_batches() -> None:
    """Queue the task that hands batches over unless one waits; likewise."""
    waiting_tasks.wake(_BATCHES, hand_over_print_batches, queue=Queue.LETTERS)


def wake_letters() -> None:
    """Queue the task that makes pages unless one waits; without Redis, log and go on.

    To be called once the letter is committed.
    """
    waiting_tasks.wake(_LETTERS, make_letters, queue=Queue.LETTERS)


def wake_test_letters() -> None:
    """Queue the task for letters that are not real, likewise."""
    waiting_tasks.wake(_TEST_LETTERS, finish_test_letters, queue=Queue.RESEARCH_MODE)
