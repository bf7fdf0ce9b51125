"""Which letters a print run takes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from notifications.letters.references import is_printable
from notifications.lifecycle.held import read_held
from notifications.models import LetterPrintBatch, LetterPrintEntry, Notification
from notifications.models.notification_indexes import READY_TO_PRINT
from notify_project.clock import LONDON

State = LetterPrintBatch.State
# A letter of one of these is on its way, or may be.
OPEN: Final = (State.PLANNED, State.UPLOADING, State.UNCLEAR)
# Source: the life of a letter, print run. The same wall-clock time is the limit of ``print_day``.
DEADLINE: Final = time(17, 30)
# Each page of the list walks the index of all that is ready.
PAGE: Final = 5_000
_COLUMNS = ("id", "service_id", "created_at", "reference", "postage", "billable_units")


@dataclass(frozen=True, slots=True)
class ReadyLetter:
    """What batches are planned by."""

    id: UUID
    service_id: UUID
    created_at: datetime
    reference: str | None
    postage: str
    sheets: int


@dataclass(frozen=True, slots=True)
class Volume:
    """How much there is to print of one postage."""

    postage: str
    letters: int
    sheets: int


def deadline_of(day: date) -> datetime:
    """Return the instant before which letters of a day's run were accepted."""
    return datetime.combine(day, DEADLINE, tzinfo=LONDON)


def volumes(deadline: datetime) -> list[Volume]:
    """Count what a run with this deadline takes, by postage."""
    letters, sheets = Counter[str](), Counter[str]()
    for letter in filter(_has_reference, ready_letters(deadline)):
        letters[letter.postage] += 1
        sheets[letter.postage] += letter.sheets
    return [Volume(postage, letters[postage], sheets[postage]) for postage in sorted(letters)]


def _has_reference(letter: ReadyLetter) -> bool:
    # The run ends the others.
    return is_printable(letter.reference)


def ready_letters(deadline: datetime) -> Iterator[ReadyLetter]:
    """Yield what a run with this deadline takes, by service and age; those left over included.

    What is held is left over.

    However many they are, a page of them is in memory.
    """
    after: tuple[Any, ...] | None = None
    while True:
        page = list(_page(deadline, after))
        # Asked apart: of a join with tables that have just been filled, plans take minutes.
        taken = in_open_batch([row[0] for row in page])
        for row in page:
            if row[0] not in taken:
                yield ReadyLetter(*row)
        if len(page) < PAGE:
            return
        letter_id, service_id, created_at, *_ = page[-1]
        after = (service_id, created_at, letter_id)


def unheld(letters: QuerySet[Notification]) -> QuerySet[Notification]:
    """Leave out those of held services and templates: the first run after the release has them."""
    held = read_held()
    letters = letters.exclude(service_id__in=held.services)
    return letters.exclude(template_id__in=held.templates)


def in_open_batch(ids: list[UUID]) -> set[UUID]:
    """Return those of some letters that a batch holds already."""
    # Not as a join: one that begins with the open batches reads all of a long run for each batch.
    entries = LetterPrintEntry.objects.filter(notification_id__in=ids)
    batch_of = list(entries.values_list("notification_id", "batch_id"))
    batches = LetterPrintBatch.objects.filter(id__in={batch for _, batch in batch_of})
    are_open = set(batches.filter(state__in=OPEN).values_list("id", flat=True))
    return {letter for letter, batch in batch_of if batch in are_open}


def _page(
    deadline: datetime, after: tuple[Any, ...] | None
) -> QuerySet[Notification, tuple[Any, ...]]:
    rows = unheld(Notification.objects.filter(READY_TO_PRINT, created_at__lt=deadline))
    if after is not None:
        rows = rows.filter(TupleGreaterThan(Tuple("service_id", "created_at", "id"), after))
    return rows.order_by("service_id", "created_at", "id").values_list(*_COLUMNS)[:PAGE]
