"""Plan a day's print run: what is ready is put into batches, and nothing leaves before."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any, Final

from notifications import lifecycle
from notifications.letters.print_day import print_day
from notifications.letters.printing import files
from notifications.letters.printing.batches import plan_singly
from notifications.letters.printing.printers import NoPrinter, active_printer
from notifications.letters.printing.ready import (
    ReadyLetter,
    deadline_of,
    ready_letters,
    volumes,
)
from notifications.letters.printing.volumes import send_volumes
from notifications.letters.references import is_printable
from notifications.models import LetterPrintBatch
from notifications.providers.base import Printer
from notifications.statuses import Status
from notify_project import clock
from notify_project.clock import LONDON

logger = logging.getLogger(__name__)

# Source: the life of a letter, print run: the last pages are made by its beginning, and what begins
# after its end was late for a reason that a person should know.
BEGINS, ENDS = time(17, 50), time(18, 50)
SINGLY_AT_A_TIME: Final = 100

Plan = Callable[[Iterable[ReadyLetter], Printer[Any], date], Iterator[LetterPrintBatch]]


@dataclass(frozen=True, slots=True)
class Collated:
    """What a run has planned."""

    batches: int
    letters: int
    sheets: int


def deadline_now(now: datetime) -> datetime | None:
    """Return the deadline of the run that may begin now; None at other times of the day."""
    local = now.astimezone(LONDON)
    if not BEGINS <= local.time() < ENDS:
        return None
    return deadline_of(local.date())


def collate(
    deadline: datetime, *, on_batch: Callable[[Collated], object] = lambda _: None
) -> Collated:
    """Plan every letter that is ready and was accepted before the deadline, left-over ones too.

    It may run twice, also at once: what is in a batch that is not handed over yet is not planned
    again, and what is handed over is not ready any more.

    Args:
        deadline: 17:30:00 itself belongs to the next day.
        on_batch: is told after each batch how far it has come.

    Raises:
        NoPrinter: none is active; nothing was changed.
    """
    found = volumes(deadline)
    try:
        printer = active_printer()
    except NoPrinter as error:
        count = sum(each.letters for each in found)
        logger.error("%s letters are ready and not printed: %s", count, error)  # noqa: TRY400 - says it all
        raise
    day = _day_of(deadline)
    send_volumes(found, day)
    total = Collated(0, 0, 0)
    for batch in PLANS[printer.takes_files](_printable(ready_letters(deadline)), printer, day):
        total = Collated(
            total.batches + 1,
            total.letters + batch.letter_count,
            total.sheets + batch.sheet_count,
        )
        on_batch(total)
    logger.info("print run of %s: %s letters in %s batches", day, total.letters, total.batches)
    return total


def _day_of(deadline: datetime) -> date:
    """Return the print day of the last letters that a deadline lets in."""
    return print_day(deadline - datetime.resolution)


def _printable(letters: Iterable[ReadyLetter]) -> Iterator[ReadyLetter]:
    """Yield letters that receipts can be matched to; the others end here, each by itself."""
    for letter in letters:
        if is_printable(letter.reference):
            yield letter
            continue
        logger.error("letter %s has no reference that can be printed: it is not", letter.id)
        lifecycle.move(letter.id, Status.TECHNICAL_FAILURE, now=clock.now(), reason="reference")


def _plan_singly(
    letters: Iterable[ReadyLetter], printer: Printer[Any], day: date
) -> Iterator[LetterPrintBatch]:
    rest = iter(letters)
    while some := list(islice(rest, SINGLY_AT_A_TIME)):
        batch = plan_singly(some, printer_name=printer.name, day=day, now=clock.now())
        if batch is not None:
            yield batch


def _plan_files(
    letters: Iterable[ReadyLetter], printer: Printer[Any], day: date
) -> Iterator[LetterPrintBatch]:
    return files.plan(letters, printer.name, day)


# Whether a printer takes files -> how letters are put into batches for it.
PLANS: Mapping[bool, Plan] = {False: _plan_singly, True: _plan_files}
