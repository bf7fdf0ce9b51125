"""Cancel a letter before it is printed."""

import logging
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from notifications import lifecycle
from notifications.letters import files
from notifications.letters.print_day import print_day
from notifications.models import Notification
from notifications.statuses import NEVER_SENT_LETTERS, Status
from notify_project import audit, clock
from notify_project.api.errors import BadRequest, NoResultFound
from notify_project.constants import NotificationType
from notify_project.storage import StorageAway
from services import day_counters
from services.models import User

logger = logging.getLogger(__name__)

# Letters in one of these are not printed, unless support staff send them again.
NOT_PRINTED: Final = NEVER_SENT_LETTERS | {Status.PERMANENT_FAILURE}
_CANCELLABLE: Final = frozenset({Status.CREATED, Status.PENDING_VIRUS_CHECK})
_WITH_PRINTER = "It is too late to cancel this letter: it is being printed"


def is_printing_begun(created_at: datetime, now: datetime) -> bool:
    """Has the day ended on which a letter could be cancelled, that of its print run?"""
    return print_day(now) > print_day(created_at)


def begin_of_printing(created_at: datetime) -> str:
    """Return when a letter's printing begins, for people."""
    return f"{_in_words(print_day(created_at))} at 5.30pm"


def cancel_letter(
    service_id: UUID, letter_id: UUID, *, actor: User | None = None, reason: str = ""
) -> None:
    """Cancel a letter. It and its hand-over to the printer cannot both win.

    Its pages are kept as long as the letter; a file that nobody has looked at yet is removed.

    Args:
        service_id: whose letter.
        letter_id: of the letter.
        actor: who asks for it; None is a program or a command.
        reason: why, for the audit.

    Raises:
        NoResultFound: the service has no such letter.
        BadRequest: it is none, or is or will be printed, or never would be.
    """
    now = clock.now()
    letter = Notification.objects.filter(id=letter_id, service=service_id).first()
    if letter is None:
        raise NoResultFound
    if why_not := refusal(letter, now):
        raise BadRequest(why_not)
    with transaction.atomic():
        if not lifecycle.cancel_letter(letter.id, now=now):
            letter.refresh_from_db()
            raise BadRequest(refusal(letter, now) or _WITH_PRINTER)
        audit.record(
            "cancel letter",
            letter,
            actor=actor,
            service_id=service_id,
            before={"status": letter.status},
            after={"status": Status.CANCELLED.value},
            reason=reason,
        )
    forget(letter, now=now)


def forget(letter: Notification, *, now: datetime) -> None:
    """Clear up after a letter that was cancelled.

    Args:
        letter: as it was before.
        now: when it was cancelled.
    """
    if letter.is_real and letter.created_at >= day_counters.midnight_of(now):
        day_counters.give_back(letter.service_id, NotificationType.LETTER, 1, now)
    if letter.status == Status.PENDING_VIRUS_CHECK:
        forget_unchecked(letter)


def forget_unchecked(letter: Notification) -> None:
    """Remove a file that will not be checked any more; if that fails, retention removes it."""
    try:
        files.delete_unchecked(letter)
    except StorageAway:
        logger.warning("the file of cancelled letter %s stays until its retention ends", letter.id)


def refusal(letter: Notification, now: datetime) -> str | None:
    """Return why a letter cannot be cancelled; None if it can, as far as its row tells."""
    if letter.notification_type != NotificationType.LETTER:
        return "This is not a letter: only letters can be cancelled"
    if letter.status == Status.CANCELLED:
        return "This letter has already been cancelled"
    if letter.status in NOT_PRINTED:
        return f"A letter that is {letter.status} is not printed, and cannot be cancelled"
    if is_printing_begun(letter.created_at, now):
        begin = begin_of_printing(letter.created_at)
        return f"It is too late to cancel this letter: printing started on {begin}"
    return None if letter.status in _CANCELLABLE else _WITH_PRINTER


def _in_words(day: date) -> str:
    return f"{day:%-d %B %Y}"
