"""Print batches: what is planned together, and who hands it over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Greatest

from notifications.letters.printing.ready import ReadyLetter, in_open_batch
from notifications.lifecycle.held import read_held
from notifications.models import LetterPrintBatch, LetterPrintEntry

State = LetterPrintBatch.State
# Longer than one task works on a batch.
LEASE = timedelta(minutes=4)
# Any number, the same in every process: two runs at once plan no letter twice.
PLANNING: Final = 7_146_339_012
_DUE = "GREATEST(created_at, claimed_until, next_attempt_at) <= %(now)s"
# Materialised: as a part of the join it might be run once a row, and take another batch each time.
_CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT id, state AS was FROM letter_print_batches
    WHERE state IN ('planned', 'uploading') AND {_DUE} AND provider <> ALL(%(held)s)
    ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE letter_print_batches b SET
    state = 'uploading', claimed_until = %(lease_until)s, attempts = b.attempts + 1
FROM due WHERE b.id = due.id
RETURNING b.*, due.was
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Claimed:
    """A batch that is ours until its lease ends.

    Attributes:
        batch: as it is now, ``uploading``.
        was_uploading: somebody began before, and what came of it is not known.
    """

    batch: LetterPrintBatch
    was_uploading: bool


def plan_singly(
    letters: Sequence[ReadyLetter], *, printer_name: str, day: date, now: datetime
) -> LetterPrintBatch | None:
    """Record that letters will be handed over, before any of them leaves.

    Letters that another run has planned meanwhile are left out.

    Returns:
        The batch; None if nothing is left for it.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING])
        taken = in_open_batch([letter.id for letter in letters])
        fresh = [letter for letter in letters if letter.id not in taken]
        if not fresh:
            return None
        batch = LetterPrintBatch.objects.create(
            provider=printer_name,
            print_day=day,
            letter_count=len(fresh),
            sheet_count=sum(letter.sheets for letter in fresh),
            created_at=now,
        )
        LetterPrintEntry.objects.bulk_create(
            LetterPrintEntry(
                batch=batch, notification_id=letter.id, reference=letter.reference or ""
            )
            for letter in fresh
        )
    return batch


def claim_batch(now: datetime) -> Claimed | None:
    """Take the oldest batch that is due, for one worker alone until its lease ends.

    Those of a printer that is held wait.
    """
    values = {"now": now, "lease_until": now + LEASE, "held": list(read_held().providers)}
    batch = next(iter(LetterPrintBatch.objects.raw(_CLAIM, values)), None)
    if batch is None:
        return None
    return Claimed(batch, was_uploading=batch.was == State.UPLOADING)  # type: ignore[attr-defined]  # of the query alone


def has_due_batch(now: datetime) -> bool:
    """Say whether a batch waits for a worker."""
    waiting = LetterPrintBatch.objects.filter(state__in=(State.PLANNED, State.UPLOADING))
    due_at = Greatest("created_at", "claimed_until", "next_attempt_at")
    unheld = waiting.exclude(provider__in=read_held().providers)
    return unheld.alias(due_at=due_at).filter(due_at__lte=now).exists()


def give_back(batch: LetterPrintBatch, *, at: datetime) -> None:
    """Let a batch be taken again at a time."""
    _ours(batch).update(claimed_until=None, next_attempt_at=at)


def mark_uploaded(batch: LetterPrintBatch, now: datetime) -> None:
    """Record that every letter of a batch is with the printer, or never will be."""
    _ours(batch).update(
        state=State.UPLOADED, uploaded_at=now, claimed_until=None, next_attempt_at=None
    )


def give_up(batch: LetterPrintBatch) -> None:
    """Record that a claimed batch, of which nothing has left, will not be handed over."""
    _ours(batch).update(state=State.FAILED, claimed_until=None, next_attempt_at=None)


def ids_of(batch: LetterPrintBatch) -> list[UUID]:
    """Return the letters of a batch, in the order of the run."""
    entries = LetterPrintEntry.objects.filter(batch=batch).order_by("id")
    return list(entries.values_list("notification_id", flat=True))


def _ours(batch: LetterPrintBatch) -> QuerySet[LetterPrintBatch]:
    # Whoever took it after our lease had ended has its own number of attempts.
    return LetterPrintBatch.objects.filter(
        id=batch.id, state=State.UPLOADING, attempts=batch.attempts
    )
