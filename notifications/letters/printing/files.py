"""Plan files of letters: which letters go together, under a name that is theirs for good."""

import hashlib
import logging
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import count, groupby, islice
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from notifications import lifecycle
from notifications.letters.files import class_of
from notifications.letters.printing import file_states, pdfs
from notifications.letters.printing.batches import PLANNING
from notifications.letters.printing.ready import ReadyLetter, in_open_batch, unheld
from notifications.models import LetterPrintBatch, LetterPrintEntry, Notification
from notifications.models.notification_indexes import READY_TO_PRINT
from notifications.statuses import Status
from notify_project import clock
from services.models import Service

logger = logging.getLogger(__name__)

# Source: the life of a letter, zip over SFTP.
MAX_BYTES: Final = 40 * 1024 * 1024
MAX_LETTERS: Final = 5_000
# One look at a remote store takes as long as a thousand at a disk.
THREADS: Final = 8
SIZED_AT_A_TIME: Final = 500
HASH_CHARACTERS: Final = 20
State = LetterPrintBatch.State


@dataclass(frozen=True, slots=True)
class _Sized:
    letter: ReadyLetter
    size: int


def plan(
    letters: Iterable[ReadyLetter], printer_name: str, day: date
) -> Iterator[LetterPrintBatch]:
    """Plan files of one postage of one service each, and yield each once it is recorded.

    The same letters of the same day get the same name, and no second file. A letter without its
    PDF ends here, by itself.

    Args:
        letters: ready, ordered by service, time of acceptance and id.
        printer_name: who shall print them.
        day: of the print run.
    """
    for service_id, of_service in groupby(_sized(letters), lambda each: each.letter.service_id):
        numbers: dict[str, Iterator[int]] = {}
        for chunk in chunks(of_service):
            numbers.setdefault(chunk[0].postage, count(1))
            batch = record(
                chunk,
                printer_name=printer_name,
                day=day,
                service_id=service_id,
                number=next(numbers[chunk[0].postage]),
            )
            if batch is not None:
                yield batch


def plan_anew(batch: LetterPrintBatch) -> None:
    """Give up a file whose letters have changed, and plan those that are left.

    What is a part of a file is not too large for one.
    """
    with transaction.atomic():
        ids = file_states.fail(batch)
        left = _still_ready(ids)
        for postage, some in groupby(left, lambda each: each.postage):
            chunk = list(some)
            record(
                chunk,
                printer_name=batch.provider,
                day=batch.print_day,
                service_id=chunk[0].service_id,
                number=1,
            )
            logger.info("%s letters of a given up file are planned anew, %s", len(chunk), postage)


def chunks(letters: Iterable[_Sized]) -> Iterator[list[ReadyLetter]]:
    """Yield what goes into one file each: letters of one postage, not too many or too long."""
    open_chunks: dict[str, list[ReadyLetter]] = {}
    sizes: dict[str, int] = {}
    for each in letters:
        postage = each.letter.postage
        chunk = open_chunks.setdefault(postage, [])
        total = sizes.get(postage, 0) + each.size
        if chunk and (total > MAX_BYTES or len(chunk) == MAX_LETTERS):
            yield chunk
            open_chunks[postage] = chunk = []
            total = each.size
        chunk.append(each.letter)
        sizes[postage] = total
    yield from filter(None, open_chunks.values())


def record(
    letters: Sequence[ReadyLetter],
    *,
    printer_name: str,
    day: date,
    service_id: UUID,
    number: int,
) -> LetterPrintBatch | None:
    """Record a file that will be handed over, before anything of it leaves.

    Letters that another run has planned meanwhile are left out.

    Returns:
        The batch; None if there is nothing to hand over.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING])
        taken = in_open_batch([each.id for each in letters])
        fresh = [each for each in letters if each.id not in taken]
        if not fresh:
            return None
        for free in count(number):
            name = _file_name(fresh, day=day, service_id=service_id, number=free)
            known = LetterPrintBatch.objects.filter(file_name=name).first()
            if known is None:
                return _create(fresh, printer_name, day, name)
            if known.state == State.FAILED:
                return file_states.plan_again(known)
            if _never_left(fresh):
                # It is with the printer, and somebody has forgotten to say so.
                file_states.finish(known, clock.now())
                return None
            # Somebody wants these letters printed once more.
    raise AssertionError("numbers do not end")


def _create(
    letters: Sequence[ReadyLetter], printer_name: str, day: date, name: str
) -> LetterPrintBatch:
    batch = LetterPrintBatch.objects.create(
        provider=printer_name,
        file_name=name,
        print_day=day,
        postage=letters[0].postage,
        service_id=letters[0].service_id,
        letter_count=len(letters),
        sheet_count=sum(each.sheets for each in letters),
        created_at=clock.now(),
    )
    LetterPrintEntry.objects.bulk_create(
        LetterPrintEntry(batch=batch, notification_id=each.id, reference=each.reference or "")
        for each in letters
    )
    return batch


def _file_name(letters: Sequence[ReadyLetter], *, day: date, service_id: UUID, number: int) -> str:
    members = "".join(map(pdfs.name_of, letters))
    digest = urlsafe_b64encode(hashlib.sha512(members.encode()).digest())
    short = digest.decode()[:HASH_CHARACTERS]
    organisation = Service.objects.get(id=service_id).organisation_id
    postage = class_of(letters[0].postage)
    return f"NOTIFY.{day}.{postage}.{number:03}.{short}.{service_id}.{organisation or 'NONE'}.ZIP"


def _never_left(letters: Sequence[ReadyLetter]) -> bool:
    ids = [each.id for each in letters]
    return Notification.objects.filter(id__in=ids, sent_at=None).exists()


def _still_ready(ids: Sequence[UUID]) -> list[ReadyLetter]:
    rows = unheld(Notification.objects.filter(READY_TO_PRINT, id__in=ids))
    columns = ("id", "service_id", "created_at", "reference", "postage", "billable_units")
    ordered = rows.order_by("postage", "created_at", "id").values_list(*columns)
    return [ReadyLetter(*row) for row in ordered]


def _sized(letters: Iterable[ReadyLetter]) -> Iterator[_Sized]:
    """Yield letters with the lengths of their PDFs; one that has none has failed for good."""
    rest = iter(letters)
    with ThreadPoolExecutor(THREADS, "sizes") as pool:
        while some := list(islice(rest, SIZED_AT_A_TIME)):
            for letter, size in zip(some, pool.map(pdfs.size_of, some), strict=True):
                if size is None:
                    give_up_without_pdf(letter.id)
                else:
                    yield _Sized(letter, size)


def give_up_without_pdf(letter_id: UUID) -> None:
    """End a letter whose PDF is gone: another day will not bring it back."""
    logger.error("letter %s has no PDF: it is not printed", letter_id)
    lifecycle.move(letter_id, Status.TECHNICAL_FAILURE, now=clock.now(), reason="file-missing")
