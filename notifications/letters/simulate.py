"""Letters that are not real: the same way through the statuses, and no printer."""

import logging
from datetime import datetime

from notifications import lifecycle
from notifications.letters.files import copy_from_scan, delete_from_scan, delete_if_erased
from notifications.models import Notification
from notifications.statuses import Status
from notify_project.storage import StorageAway

logger = logging.getLogger(__name__)


def deliver_test_letters(now: datetime) -> None:
    """Bring every letter that came as a PDF, and is not real, to its end; safe to repeat.

    Those from templates reach theirs when their pages are made.
    """
    waiting = Notification.objects.unfinished_test_letters().order_by("created_at", "id")
    # Their PDFs are read one at a time; the columns are those that tell where they are.
    precompiled = waiting.filter(status=Status.PENDING_VIRUS_CHECK).only(
        "status", "is_real", "reference", "postage", "created_at"
    )
    for letter in precompiled.iterator():
        try:
            _finish_precompiled(letter, now)
        except StorageAway:
            # The others shall not wait for it; it is tried again with the next ones.
            logger.exception("the file of test letter %s cannot be read or written", letter.id)


def _finish_precompiled(letter: Notification, now: datetime) -> None:
    """Copy the file, move the letter, delete the source: after a crash, all is done again."""
    if not copy_from_scan(letter):
        logger.error("the file of test letter %s is missing", letter.id)
        lifecycle.move(letter.id, Status.TECHNICAL_FAILURE, now=now, reason="file missing")
        return
    lifecycle.move(letter.id, Status.DELIVERED, now=now)
    delete_from_scan(letter)
    delete_if_erased(letter)
