"""Hand the letters of a batch over one by one, a few at once."""

import contextvars
import logging
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from notifications import lifecycle
from notifications.letters import files
from notifications.letters.printing import batches
from notifications.letters.printing.ready import unheld
from notifications.letters.references import Unprintable, printable_reference
from notifications.lifecycle import Outcome
from notifications.lifecycle.held import memory
from notifications.models import DeliveryEvent, LetterPrintBatch, Notification
from notifications.models.notification_indexes import READY_TO_PRINT
from notifications.providers.base import (
    LetterJob,
    OutcomeUnknown,
    Printer,
    ProviderError,
    Refused,
    Throttled,
)
from notifications.receipts import print_jobs
from notifications.receipts.callback_tokens import token_for
from notifications.statuses import Status
from notify_project import clock
from notify_project.recipients.postal import parse_address
from notify_project.storage import StorageAway
from services.models import Service

logger = logging.getLogger(__name__)

# So many PDFs are in memory at once.
THREADS: Final = 8
# Source: the life of a letter, HTTP transport.
LEASE: Final = timedelta(seconds=180)
RETRIES, RETRY_AFTER = 55, timedelta(seconds=180)
# A printer that wants fewer letters a second is tried again soon, which costs no attempt; but not
# for ever.
THROTTLED_AFTER, THROTTLED_FOR_AT_MOST = timedelta(seconds=5), timedelta(hours=3)
# Of a printer, or a file store, that fails so often in a row no more is wanted for a while.
FAILURES_IN_A_ROW: Final = 2 * THREADS

_GONE, _REFUSED = "file-missing", "printer: "


@dataclass(frozen=True, slots=True)
class Tried:
    """How one letter's attempt ended.

    Attributes:
        letter: as it was claimed.
        reason: why it is never printed; empty if it is, or may be.
        error: why it must be tried again, None if it must not.
    """

    letter: Notification
    reason: str = ""
    error: Exception | None = None


@dataclass
class Run:
    """One task's work on one batch. Only the main thread touches the database."""

    batch: LetterPrintBatch
    printer: Printer[Any]
    until: datetime
    failed_in_a_row: int = 0
    is_throttled: bool = False
    is_held: bool = False
    organisations: dict[UUID, str | None] = field(default_factory=dict)

    def to_the_end(self) -> None:
        """Hand over what is due, until there is no more, or it is late, or nothing gets through."""
        waiting = batches.ids_of(self.batch)
        under_way: set[Future[Tried]] = set()
        with ThreadPoolExecutor(THREADS, "print") as pool:
            while True:
                while waiting and self._may_go_on and len(under_way) < THREADS:
                    number = THREADS - len(under_way)
                    chosen, waiting = waiting[:number], waiting[number:]
                    under_way |= self._submit(pool, self._claim(chosen))
                if not under_way:
                    break
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                self._record([each.result() for each in done])

    @property
    def _may_go_on(self) -> bool:
        return (
            not (self.is_throttled or self.is_held)
            and self.failed_in_a_row < FAILURES_IN_A_ROW
            and clock.now() < self.until
        )

    def _claim(self, ids: list[UUID]) -> list[Notification]:
        now = clock.now()
        held = memory.refresh()
        if self.printer.name in held.providers:
            self.is_held = True
            return []
        letters = lifecycle.claim_letters_to_print(
            ids,
            held_services=held.services,
            held_templates=held.templates,
            now=now,
            lease_until=now + LEASE,
        )
        return [letter for letter in letters if not self._is_refused(letter)]

    def _is_refused(self, letter: Notification) -> bool:
        reason = self._why_not(letter)
        if reason:
            self._record([Tried(letter, reason=reason)])
        return bool(reason)

    def _why_not(self, letter: Notification) -> str:
        """Return why a letter must not be printed, which a person should know; empty if it may."""
        try:
            printable_reference(letter)
        except Unprintable as error:
            logger.error("%s: it is not printed", error)  # noqa: TRY400 - says all there is to know
            return "reference"
        if not letter.to:
            return "erased"
        if self._organisation_of(letter.service_id) is None:
            return "service-inactive"
        return "attempts-used-up" if letter.delivery_attempts > RETRIES + 1 else ""

    def _organisation_of(self, service_id: UUID) -> str | None:
        """Return the organisation of a service, None if the service is not active."""
        if service_id not in self.organisations:
            row = Service.objects.filter(id=service_id, active=True).first()
            self.organisations[service_id] = None if row is None else str(row.organisation_id or "")
        return self.organisations[service_id]

    def _submit(self, pool: ThreadPoolExecutor, letters: list[Notification]) -> set[Future[Tried]]:
        jobs = print_jobs.job_ids([letter.id for letter in letters])
        futures = set()
        for letter in letters:
            # The log of a thread names the request of the task, too.
            inside = contextvars.copy_context().run
            organisation = self._organisation_of(letter.service_id) or ""
            futures.add(
                pool.submit(inside, attempt, self.printer, letter, jobs[letter.id], organisation)
            )
        return futures

    def _record(self, tried: list[Tried]) -> None:
        now = clock.now()
        outcomes = []
        for each in tried:
            if each.error is not None and not self._is_given_up(each):
                self._try_again(each, now)
                continue
            self.failed_in_a_row = 0
            outcomes.append(self._outcome(each, now))
        lifecycle.record_outcomes(outcomes, now=now)

    def _is_given_up(self, tried: Tried) -> bool:
        return tried.letter.delivery_attempts > RETRIES and not self._is_free(tried)

    def _is_free(self, tried: Tried) -> bool:
        is_young = clock.now() - self.batch.created_at < THROTTLED_FOR_AT_MOST
        return isinstance(tried.error, Throttled) and is_young

    def _try_again(self, tried: Tried, now: datetime) -> None:
        self.is_throttled |= isinstance(tried.error, Throttled)
        self.failed_in_a_row += 1
        is_free = self._is_free(tried)
        logger.warning("letter %s is tried again: %s", tried.letter.id, _code(tried.error))
        lifecycle.print_letter_again(
            tried.letter,
            at=now + (THROTTLED_AFTER if is_free else RETRY_AFTER),
            is_held=isinstance(tried.error, OutcomeUnknown),
            is_free=is_free,
            note=_note(tried, self.printer.name, now),
        )

    def _outcome(self, tried: Tried, now: datetime) -> Outcome:
        letter = tried.letter
        reason = tried.reason or (_code(tried.error) if tried.error else "")
        if not reason:
            return Outcome(
                letter.id,
                letter.delivery_attempts,
                Status.SENDING,
                accepted=True,
                sent_at=now,
                sent_by=self.printer.name,
            )
        logger.error("letter %s cannot be handed over to the printer: %s", letter.id, reason)
        return Outcome(
            letter.id,
            letter.delivery_attempts,
            Status.TECHNICAL_FAILURE,
            failure_reason=reason,
            note=_note(tried, self.printer.name, now),
        )


def hand_over(batch: LetterPrintBatch, printer: Printer[Any], *, until: datetime) -> None:
    """Hand over the letters of a claimed batch that are due, and give the batch back.

    It is ``uploaded`` once none of its letters has anything to wait for.
    """
    run = Run(batch, printer, until)
    run.to_the_end()
    now = clock.now()
    undecided = _undecided(batch)
    if undecided is None:
        batches.mark_uploaded(batch, now)
        return
    if run.is_throttled:
        at = now + THROTTLED_AFTER
    elif run.failed_in_a_row >= FAILURES_IN_A_ROW:
        at = now + RETRY_AFTER
    else:
        at = undecided
    batches.give_back(batch, at=at)


def attempt(
    printer: Printer[Any], letter: Notification, job_id: UUID, organisation_id: str
) -> Tried:
    """Hand one letter over; runs in a thread, without the database."""
    try:
        pdf = files.find_pdf(letter)
        if pdf is None:
            return Tried(letter, reason=_GONE)
        printer.send(_job(letter, job_id, pdf, organisation_id))
    except Refused as error:
        return Tried(letter, reason=f"{_REFUSED}{error.code}")
    except (ProviderError, StorageAway) as error:
        return Tried(letter, error=error)
    except Exception as error:  # noqa: BLE001 - a bug that one letter meets; the others go out
        name = type(error).__name__
        logger.error("letter %s met a bug on its way to the printer: %s", letter.id, name)  # noqa: TRY400 - its text may be the letter's
        return Tried(letter, error=OutcomeUnknown(name))
    return Tried(letter)


def _job(letter: Notification, job_id: UUID, pdf: bytes, organisation_id: str) -> LetterJob:
    token = token_for(letter.id, job_id)
    return LetterJob(
        id=str(job_id),
        reference=printable_reference(letter),
        postage=letter.postage or "",
        address=parse_address(letter.to),
        pdf=pdf,
        organisation_id=organisation_id,
        service_id=str(letter.service_id),
        callback_url=f"{settings.API_HOST_URL}/notifications/letter/status?token={token}",
    )


def _undecided(batch: LetterPrintBatch) -> datetime | None:
    """Return when the first of a batch's letters is due that wait for another attempt.

    None if there is no such letter. One that is not ready any more, although nobody has ended it,
    or that is held, is left for the next run.
    """
    waiting = Notification.objects.filter(READY_TO_PRINT, id__in=batches.ids_of(batch))
    rows = unheld(waiting).values_list("claimed_until", "next_attempt_at")
    due = [max(filter(None, row), default=batch.created_at) for row in rows]
    return min(due, default=None)


def _note(tried: Tried, printer_name: str, now: datetime) -> lifecycle.Note:
    """Return what is kept of an attempt that the printer did not take: codes, no words of it."""
    reading, code = DeliveryEvent.Attempt.NOT_PREPARED, tried.reason
    if tried.error is not None:
        reading, code = lifecycle.reading_of(tried.error), _code(tried.error)
    elif tried.reason.startswith(_REFUSED):
        reading, code = DeliveryEvent.Attempt.REFUSED, tried.reason.removeprefix(_REFUSED)
    return lifecycle.attempt_note(
        reading, at=now, attempt=tried.letter.delivery_attempts, code=code, provider=printer_name
    )


def _code(error: Exception | None) -> str:
    """Return what may be said of an error: providers put codes alone into theirs."""
    return str(error) if isinstance(error, ProviderError) else type(error).__name__
