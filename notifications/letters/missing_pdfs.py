"""Letters that are ready to be printed, and whose pages are not where the printer's are read."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from notifications import lifecycle
from notifications.letters import files
from notifications.letters.kinds import came_as_pdf
from notifications.letters.listing import Listing
from notifications.letters.tasks import wake_letters
from notifications.models import READY_TO_PRINT, Notification
from notify_project import clock

logger = logging.getLogger(__name__)

# Source: the life of a letter, states that last too long.
LOOKS_BACK: Final = timedelta(days=7)


def recreate_missing_letter_pdfs() -> None:
    """Let missing pages be made again, in time for the print run; name what nobody can make.

    Letters without sheets need nobody to find them: whoever makes pages takes them each minute.
    """
    now = clock.now()
    is_woken = False
    for letter in _without_pdf(now):
        if came_as_pdf(letter):
            logger.error("the PDF of letter %s is gone: only its service has another", letter.id)
        elif lifecycle.forget_pages(letter.id, now=now):
            logger.error("the pages of letter %s are gone, and are made again", letter.id)
            is_woken = True
    if is_woken:
        wake_letters()


def _without_pdf(now: datetime) -> Iterator[Notification]:
    """Yield letters that lack their PDF; a listing that is older than it proves nothing."""
    stored = Listing()
    ready = Notification.objects.filter(READY_TO_PRINT, created_at__gte=now - LOOKS_BACK)
    columns = ("status", "is_real", "reference", "postage", "created_at", "template_id")
    for letter in ready.only(*columns, "template_version").order_by("created_at", "id").iterator():
        is_listed = bool(stored.names_of(letter, files.folder_of(letter)))
        if not is_listed and files.find_pdf(letter) is None:
            yield letter
