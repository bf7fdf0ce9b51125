"""How far a file has come on its way to the printer: each step one conditional write."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from notifications import lifecycle
from notifications.lifecycle import Outcome
from notifications.models import LetterPrintBatch, LetterPrintEntry
from notifications.statuses import Status

logger = logging.getLogger(__name__)

State = LetterPrintBatch.State


def ids_of(batch: LetterPrintBatch) -> list[UUID]:
    """Return the letters of a file, in its order."""
    entries = LetterPrintEntry.objects.filter(batch=batch).order_by("id")
    return list(entries.values_list("notification_id", flat=True))


def plan_again(batch: LetterPrintBatch) -> LetterPrintBatch:
    """Let a file be handed over that has failed before, and surely was not printed."""
    batch.state = State.PLANNED
    batch.attempts = 0
    batch.next_attempt_at = batch.offered_attempt = batch.byte_count = None
    batch.save()
    return batch


def offer(batch: LetterPrintBatch, *, byte_count: int, now: datetime, until: datetime) -> bool:
    """Record that from now on the printer may have the file, and hold its letters.

    Returns:
        Whether the file and all its letters are still ours; else nothing is written.
    """
    ids = ids_of(batch)
    with transaction.atomic():
        is_ours = (
            _ours(batch)
            .filter(claimed_until__gt=now)
            .update(offered_attempt=batch.attempts, byte_count=byte_count, claimed_until=until)
        )
        if not is_ours or lifecycle.hold_letters_of_file(ids, now=now) != len(ids):
            transaction.set_rollback(True)
            return False
    batch.offered_attempt, batch.byte_count = batch.attempts, byte_count
    return True


def withdraw(batch: LetterPrintBatch) -> None:
    """Record that the printer surely does not have the file."""
    with transaction.atomic():
        _ours(batch).update(offered_attempt=None, byte_count=None)
        lifecycle.release_letters_of_file(ids_of(batch))
    batch.offered_attempt = batch.byte_count = None


def finish(batch: LetterPrintBatch, now: datetime) -> None:
    """Record that the printer has the file, and with it all its letters; safe to repeat."""
    open_batch = LetterPrintBatch.objects.filter(
        id=batch.id, state__in=(State.PLANNED, State.UPLOADING, State.UNCLEAR)
    )
    outcomes = [
        Outcome(each, 0, Status.SENDING, accepted=True, sent_at=now, sent_by=batch.provider)
        for each in ids_of(batch)
    ]
    with transaction.atomic():
        open_batch.update(
            state=State.UPLOADED, uploaded_at=now, claimed_until=None, next_attempt_at=None
        )
        lifecycle.record_outcomes(outcomes, now=now)


def try_again(batch: LetterPrintBatch, *, at: datetime) -> None:
    """Let a file be taken again at a time; its letters are free unless the printer has them."""
    is_offered = batch.offered_attempt is not None
    state = State.UPLOADING if is_offered else State.PLANNED
    with transaction.atomic():
        is_ours = _ours(batch).update(state=state, claimed_until=None, next_attempt_at=at)
        if is_ours and not is_offered:
            lifecycle.release_letters_of_file(ids_of(batch))


def fail(batch: LetterPrintBatch) -> list[UUID]:
    """Record that a file will not be handed over, and let its letters go; return them.

    They are ready, as before, for the next run or for another file.
    """
    ids = ids_of(batch)
    with transaction.atomic():
        open_batch = LetterPrintBatch.objects.filter(
            id=batch.id, state__in=(State.PLANNED, State.UPLOADING, State.UNCLEAR)
        )
        if not open_batch.update(state=State.FAILED, claimed_until=None, next_attempt_at=None):
            return []
        lifecycle.release_letters_of_file(ids)
    return ids


def leave_to_a_person(batch: LetterPrintBatch) -> None:
    """Record that nobody knows whether the printer has the file; its letters are held."""
    if _ours(batch).update(state=State.UNCLEAR, claimed_until=None, next_attempt_at=None):
        logger.error(
            "print batch %s may be with the printer, or not: ask, then `manage.py "
            "decide_print_batch %s`",
            batch.id,
            batch.file_name,
        )


def _ours(batch: LetterPrintBatch) -> QuerySet[LetterPrintBatch]:
    # Whoever took it after our lease had ended has its own number of attempts.
    return LetterPrintBatch.objects.filter(
        id=batch.id, state=State.UPLOADING, attempts=batch.attempts
    )
