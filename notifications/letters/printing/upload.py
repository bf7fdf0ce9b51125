"""Hand one file over to a printer that takes files away: at most once, or a person decides.

A file is written under a name that the printer leaves alone, and gets its own in one step. That
this step was near is recorded before it. So whoever comes after a crash knows: not recorded, the
printer cannot have it. Recorded, and the file is there: done. Recorded, and what was written can
be removed: the step was not made, and now it cannot be. Else the printer may have taken it.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from notifications import lifecycle
from notifications.letters.printing import file_states, pdfs
from notifications.letters.printing.files import give_up_without_pdf, plan_anew
from notifications.letters.references import is_printable
from notifications.lifecycle import LetterInFile
from notifications.lifecycle.held import read_held
from notifications.models import LetterPrintBatch, LetterPrintEntry, Notification
from notifications.providers.base import OutcomeUnknown, ProviderError, Unavailable
from notifications.providers.file_printer import FilePrinter, PrinterFolders
from notifications.statuses import Status
from notify_project import clock
from notify_project.storage import StorageAway

logger = logging.getLogger(__name__)

# Source: the life of a letter, zip over SFTP.
RETRIES, RETRY_AFTER = 5, timedelta(seconds=300)
# For the one step that is left.
OFFER_LEASE: Final = timedelta(minutes=4)


class LettersChanged(Exception):
    """Not all letters of a file are ready any more: under its name it cannot be made."""


def hand_over(batch: LetterPrintBatch, printer: FilePrinter) -> None:
    """Hand over a claimed file, or find out what has become of it; give it back if neither."""
    try:
        if batch.offered_attempt is not None and _is_settled(batch, printer):
            return
        letters = _claimed(batch)
        with TemporaryFile(prefix="notify-print-") as packed:
            file = cast("BinaryIO", packed)
            _pack(batch, letters, file)
            _upload(batch, printer, file)
    except LettersChanged:
        logger.warning("the letters of print batch %s have changed", batch.id)
        plan_anew(batch)
    except (ProviderError, StorageAway) as error:
        _try_again(batch, error)


def _claimed(batch: LetterPrintBatch) -> list[LetterInFile]:
    """Take all letters of a file, in its order.

    Raises:
        LettersChanged: some are held, not ready any more, or not what its name was made of.
    """
    now = clock.now()
    entries = LetterPrintEntry.objects.filter(batch=batch).order_by("id")
    references = dict(entries.values_list("notification_id", "reference"))
    if _is_held(batch):
        raise LettersChanged
    taken = lifecycle.claim_letters_of_file(
        references, now=now, lease_until=batch.claimed_until or now + OFFER_LEASE
    )
    letters = {each.id: each for each in taken if _may_be_printed(each)}
    _require_active(batch, letters.keys())
    if {key: each.reference for key, each in letters.items()} != references or any(
        each.postage != batch.postage for each in letters.values()
    ):
        raise LettersChanged
    return [letters[key] for key in references]


def _is_held(batch: LetterPrintBatch) -> bool:
    """Say whether something of a file is held, and so the file as a whole."""
    held = read_held()
    if batch.service_id in held.services or not held.templates:
        return batch.service_id in held.services
    letters = Notification.objects.filter(id__in=file_states.ids_of(batch))
    return letters.filter(template_id__in=held.templates).exists()


def _may_be_printed(letter: LetterInFile) -> bool:
    """Say whether receipts could be matched to a letter; if not, it ends here."""
    if is_printable(letter.reference):
        return True
    logger.error("letter %s has no reference that can be printed: it is not", letter.id)
    lifecycle.move(letter.id, Status.TECHNICAL_FAILURE, now=clock.now(), reason="reference")
    return False


def _require_active(batch: LetterPrintBatch, ids: Iterable[UUID]) -> None:
    if batch.service is not None and batch.service.active:
        return
    logger.error("service %s is not active: its letters are not printed", batch.service_id)
    for letter_id in ids:
        lifecycle.move(
            letter_id, Status.TECHNICAL_FAILURE, now=clock.now(), reason="service-inactive"
        )
    raise LettersChanged


def _pack(batch: LetterPrintBatch, letters: Iterable[LetterInFile], packed: BinaryIO) -> None:
    """Write the zip; one PDF is in memory at a time.

    Raises:
        LettersChanged: some had no PDF, and have failed.
        StorageAway: it cannot be said whether they have.
    """
    missing = []
    day = batch.print_day
    # Their PDFs are compressed already.
    with ZipFile(packed, "w", ZIP_STORED) as file:
        for letter in letters:
            pdf = pdfs.read(letter)
            if pdf is None:
                missing.append(letter.id)
            else:
                at = (day.year, day.month, day.day, 0, 0, 0)
                file.writestr(ZipInfo(pdfs.name_of(letter), at), pdf)
    for letter_id in missing:
        give_up_without_pdf(letter_id)
    if missing:
        raise LettersChanged


def _upload(batch: LetterPrintBatch, printer: FilePrinter, packed: BinaryIO) -> None:
    """Write the file for the printer and give it its name.

    Raises:
        ProviderError: what is not recorded as offered is surely not there.
        LettersChanged: somebody has held some of them meanwhile.
    """
    size = packed.seek(0, 2)
    packed.seek(0)
    part = _part_name(batch, batch.attempts)
    with printer.connect() as folders:
        for attempt in range(1, batch.attempts):
            folders.remove(_part_name(batch, attempt))
        folders.upload(packed, part)
        if folders.size_of(part) != size:
            raise Unavailable("another size than was sent")
        if _is_held(batch):
            folders.remove(part)
            raise LettersChanged
        if batch.provider in read_held().providers:
            raise Unavailable("it is held")
        now = clock.now()
        if not file_states.offer(batch, byte_count=size, now=now, until=now + OFFER_LEASE):
            logger.warning("print batch %s is not ours any more", batch.id)
            return
        is_named = _is_named(folders, part, batch)
    if is_named:
        file_states.finish(batch, clock.now())
    elif not _is_settled(batch, printer):
        raise Unavailable("the file did not get its name")


def _is_named(folders: PrinterFolders, part: str, batch: LetterPrintBatch) -> bool:
    try:
        folders.rename(part, batch.file_name or "")
    except OutcomeUnknown as error:
        logger.warning("print batch %s: %s", batch.id, error)
        return False
    return True


def _is_settled(batch: LetterPrintBatch, printer: FilePrinter) -> bool:
    """Find out what became of a file that was offered, on a connection of its own.

    Returns:
        False if the printer surely does not have it; else it is recorded, or left to a person.

    Raises:
        Unavailable: the printer does not answer.
    """
    name = batch.file_name or ""
    with printer.connect() as folders:
        size = folders.size_of(name)
        if size is None:
            if folders.remove(_part_name(batch, batch.offered_attempt or 0)):
                file_states.withdraw(batch)
                return False
            # Between the two questions it may have got its name.
            size = folders.size_of(name)
    if size is not None and size == batch.byte_count:
        file_states.finish(batch, clock.now())
    else:
        file_states.leave_to_a_person(batch)
    return True


def _part_name(batch: LetterPrintBatch, attempt: int) -> str:
    """Return the name under which an attempt writes: nobody gives another's file its own name."""
    return f"{batch.file_name}.{attempt}.part"


def _try_again(batch: LetterPrintBatch, error: Exception) -> None:
    logger.warning("print batch %s is not handed over: %s", batch.id, error)
    if batch.attempts <= RETRIES:
        file_states.try_again(batch, at=clock.now() + RETRY_AFTER)
    elif batch.offered_attempt is not None:
        file_states.leave_to_a_person(batch)
    else:
        logger.error("print batch %s is given up: the next run takes its letters", batch.id)
        file_states.fail(batch)
