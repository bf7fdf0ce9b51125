"""From what a printer reports to a letter's new status."""

import logging
from uuid import UUID

from django.db import transaction

from notifications import lifecycle
from notifications.models import LetterPrintEntry, Notification, NotificationHistory
from notifications.receipts import print_jobs
from notifications.receipts.letter_event import LetterReport
from notifications.statuses import Status
from notify_project import clock
from notify_project.constants import NotificationType

logger = logging.getLogger(__name__)

REJECTED = "rejected-by-printer"
# A printer may contradict itself, or us, who gave up; to any other letter it should do nothing.
_ENDED = frozenset({Status.DELIVERED, Status.TECHNICAL_FAILURE})

Letter = Notification | NotificationHistory


def apply_report(report: LetterReport) -> None:
    """Record what became of a letter; a report that comes twice or late changes nothing.

    It may come before the hand-over is recorded, and after the night has deleted the letter.

    Args:
        report: what the printer says.
    """
    letter = _find(report.notification_id)
    if letter is None:
        logger.error("a printer reports the unknown letter %s", report.notification_id)
        return
    if isinstance(letter, Notification) and not letter.is_real:
        logger.error("a printer reports letter %s, which is not real", letter.id)
        return
    _compare_sheets(report, letter)
    with transaction.atomic():
        if _is_repeated_rejection(report):
            return
        is_moved = _move(report)
    if is_moved:
        _tell(report)
    else:
        _explain_refusal(report)


def _find(letter_id: UUID) -> Letter | None:
    wanted = {"id": letter_id, "notification_type": NotificationType.LETTER}
    live = Notification.objects.only("id", "is_real", "status", "billable_units")
    kept = NotificationHistory.objects.only("id", "status", "billable_units")
    return live.filter(**wanted).first() or kept.filter(**wanted).first()


def _is_repeated_rejection(report: LetterReport) -> bool:
    """Note a rejection; if it was noted before, the letter may be in another job by now."""
    letter_id = report.notification_id
    if report.status != Status.TECHNICAL_FAILURE:
        return False
    if print_jobs.reject(letter_id, report.job_id or letter_id):
        return False
    logger.info("a printer repeats that it refuses a job of letter %s", letter_id)
    return True


def _move(report: LetterReport) -> bool:
    """Move its row, else what history has of it: the night may delete the one at any moment."""
    now = clock.now()
    reason = REJECTED if report.status == Status.TECHNICAL_FAILURE else None
    letter_id, status = report.notification_id, report.status
    if Notification.objects.filter(id=letter_id).exists():
        # The hand-over may not be recorded yet, or never if its worker has died.
        printer = _printer_of(letter_id)
        note = lifecycle.receipt_note(printer or "", status.value, "", now)
        if lifecycle.move(
            letter_id, status, now=now, sent_at=now, sent_by=printer, reason=reason, note=note
        ):
            return True
    return bool(lifecycle.move_deleted_letters([letter_id], status, now=now))


def _printer_of(letter_id: UUID) -> str | None:
    entries = LetterPrintEntry.objects.filter(notification_id=letter_id).order_by("-id")
    return entries.values_list("batch__provider", flat=True).first()


def _tell(report: LetterReport) -> None:
    if report.status != Status.TECHNICAL_FAILURE:
        logger.info("letter %s was posted", report.notification_id)
        return
    # Whatever the printer has to say besides may name the recipient: ask it by the event.
    logger.error(
        "the printer refuses letter %s; its event is %s",
        report.notification_id,
        report.correlation_id or "without an id",
    )


def _explain_refusal(report: LetterReport) -> None:
    # As it is now: the same report may have been recorded by somebody else meanwhile.
    letter = _find(report.notification_id)
    status = letter.status if letter else "gone"
    if status in {report.status, Status.RETURNED_LETTER}:
        level = logging.INFO
    else:
        level = logging.WARNING if status in _ENDED else logging.ERROR
    logger.log(
        level,
        "a printer reports letter %s as %s, which is %s",
        report.notification_id,
        report.status,
        status,
    )


def _compare_sheets(report: LetterReport, letter: Letter) -> None:
    if report.sheets is not None and report.sheets != letter.billable_units:
        logger.error(
            "letter %s has %s sheets, the printer posted %s",
            letter.id,
            letter.billable_units,
            report.sheets,
        )
