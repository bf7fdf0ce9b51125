"""What workers run for receipts."""

import logging
from uuid import UUID

from django.db import DatabaseError, InterfaceError

from notifications.providers.base import Receipt
from notifications.receipts.apply import apply
from notifications.receipts.letter_event import LetterReport
from notifications.receipts.letters import apply_report
from notifications.receipts.rematch import rematch
from notifications.receipts.returned_letters import record_returned
from notifications.receipts.unmatched import RETRIES, retry_after
from notifications.statuses import Status
from notify_project import clock
from notify_project.constants import Queue
from notify_project.database import may_pass, reconnect
from notify_project.queues import enqueue

logger = logging.getLogger(__name__)


def apply_receipt(  # noqa: PLR0917 - a task's arguments have no names
    provider_name: str,
    notification_id: str,
    reference: str,
    status: str,
    detail: str,
    attempt: str = "0",
    status_if_pending: str = "",
) -> None:
    """Record what a provider said; again later when the database does not answer.

    Args:
        provider_name: who said it.
        notification_id: our id, or nothing.
        reference: the provider's name for the message, or nothing.
        status: the outcome in our words.
        detail: the provider's codes.
        attempt: how often it was tried before.
        status_if_pending: the outcome of a message that is pending, if another.
    """
    receipt = Receipt(
        notification_id or None,
        reference or None,
        Status(status),
        detail,
        Status(status_if_pending) if status_if_pending else None,
    )
    try:
        apply(provider_name, receipt)
    except (DatabaseError, InterfaceError) as error:
        if not may_pass(error) or int(attempt) >= RETRIES:
            raise
        logger.warning(
            "receipt for notification %s waits: %s", notification_id, type(error).__name__
        )
        reconnect()
        enqueue(
            apply_receipt,
            provider_name,
            notification_id,
            reference,
            status,
            detail,
            str(int(attempt) + 1),
            status_if_pending,
            queue=Queue.RECEIPTS,
            delay=retry_after(),
        )


def apply_letter_report(  # noqa: PLR0917 - a task's arguments have no names
    notification_id: str,
    status: str,
    sheets: str,
    correlation_id: str,
    attempt: str = "0",
    job_id: str = "",
) -> None:
    """Record what a printer said of a letter; again later when the database does not answer.

    Args:
        notification_id: the letter.
        status: the outcome in our words.
        sheets: how many were posted, or nothing.
        correlation_id: by which the printer finds the event, or nothing.
        attempt: how often it was tried before.
        job_id: by which the printer knows the letter; nothing if as we do.
    """
    report = LetterReport(
        UUID(notification_id),
        Status(status),
        int(sheets) if sheets else None,
        correlation_id,
        UUID(job_id) if job_id else None,
    )
    try:
        apply_report(report)
    except (DatabaseError, InterfaceError) as error:
        if not may_pass(error) or int(attempt) >= RETRIES:
            raise
        logger.warning("report of letter %s waits: %s", notification_id, type(error).__name__)
        reconnect()
        enqueue(
            apply_letter_report,
            notification_id,
            status,
            sheets,
            correlation_id,
            str(int(attempt) + 1),
            job_id,
            queue=Queue.RECEIPTS,
            delay=retry_after(),
        )


def record_returned_letters(references: str) -> None:
    """Record that letters came back.

    Args:
        references: of some letters, with spaces between them.
    """
    count = record_returned(references.split(), now=clock.now())
    logger.info("%s letters came back", count)


def rematch_receipts() -> None:
    """Look again for the messages of receipts that came before them."""
    if count := rematch(clock.now()):
        logger.info("%s receipts found their messages", count)
