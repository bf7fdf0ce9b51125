"""What support staff can do to letters that went wrong; each leaves an audit event with its why."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from notifications import lifecycle
from notifications.letters import files
from notifications.letters.kinds import came_as_pdf
from notifications.letters.references import Unprintable, printable_reference
from notifications.letters.tasks import wake_letters
from notifications.models import Job, LetterCheck, Notification
from notifications.statuses import Status
from notify_project import audit, clock
from notify_project.api.errors import BadRequest
from notify_project.constants import NotificationType
from services.models import User
from templates_app.rendering.letter_pages import sheets_of

_CAME_AS_PDF: Final = "This letter came as a PDF: its pages cannot be made again"


def make_pages_again(letter: Notification, *, actor: User | None, reason: str) -> None:
    """Let the pages of a letter that waits for its print run be made again, by a worker.

    Args:
        letter: from a template.
        actor: who asks for it; None is a program or a command.
        reason: why.

    Raises:
        BadRequest: no reason, or it is no letter that waits.
        NoResultFound: the service has no such letter.
    """
    _require_letter(letter, reason)
    if came_as_pdf(letter):
        raise BadRequest(_CAME_AS_PDF)
    refusal = "Only the pages of a letter that waits, and that nobody works on, are made again"
    _do(
        "make pages of letter again",
        letter,
        lambda now: lifecycle.forget_pages(letter.id, now=now),
        actor=actor,
        reason=reason,
        refusal=refusal,
    )
    wake_letters()


def send_again(letter: Notification, *, actor: User | None, reason: str) -> None:
    """Let a letter that failed here be printed by the next print run.

    Pages that are missing are made first.

    Args:
        letter: in technical-failure.
        actor: who asks for it; None is a program or a command.
        reason: why.

    Raises:
        BadRequest: no reason, it has not failed here, or cannot be printed.
        StorageAway: it cannot be said whether there are pages.
    """
    _require_letter(letter, reason)
    _require_failed(letter)
    if not letter.is_real:
        raise BadRequest("A letter of a test key is not printed")
    if not letter.to:
        raise BadRequest("Whom this letter was for is erased")
    if letter.job is not None and letter.job.job_status == Job.Status.CANCELLED:
        raise BadRequest("The other letters of its job were cancelled")
    try:
        printable_reference(letter)
    except Unprintable as error:
        raise BadRequest(f"It cannot be printed: {error}") from error
    sheets = _sheets(letter)
    if not sheets and came_as_pdf(letter):
        raise BadRequest("No checked PDF of this letter is stored: scan it again, or give it up")
    _do(
        "send letter again",
        letter,
        lambda now: lifecycle.send_letter_again(letter.id, sheets=sheets, now=now),
        actor=actor,
        reason=reason,
    )
    if not sheets:
        wake_letters()


def give_up(letter: Notification, *, actor: User | None, reason: str) -> None:
    """Say of a letter that failed here that it will never be printed.

    Args:
        letter: in technical-failure.
        actor: who asks for it; None is a program or a command.
        reason: why.

    Raises:
        BadRequest: no reason, or it has not failed here.
    """
    _require_letter(letter, reason)
    _require_failed(letter)
    _do(
        "give letter up",
        letter,
        lambda now: lifecycle.move(letter.id, Status.PERMANENT_FAILURE, now=now),
        actor=actor,
        reason=reason,
    )


def _sheets(letter: Notification) -> int:
    """Return how many sheets the stored pages have; none if they must be made, or checked."""
    if files.find_pdf(letter) is None:
        return 0
    if letter.billable_units:
        return letter.billable_units
    check = LetterCheck.objects.filter(notification_id=letter.id, message="").first()
    return sheets_of(check.page_count) if check and check.page_count else 0


def _require_letter(letter: Notification, reason: str) -> None:
    if not reason.strip():
        raise BadRequest("Say why: it is kept with the audit")
    if letter.notification_type != NotificationType.LETTER:
        raise BadRequest("This is not a letter")


def _require_failed(letter: Notification) -> None:
    if letter.status != Status.TECHNICAL_FAILURE:
        raise BadRequest(f"Only a letter in technical-failure: this one is {letter.status}")


def _do(
    action: str,
    letter: Notification,
    change: Callable[[datetime], bool],
    *,
    actor: User | None,
    reason: str,
    refusal: str = "Somebody else has changed this letter meanwhile",
) -> None:
    """Change a letter, and write who did it, or neither."""
    before = _standing(letter)
    with transaction.atomic():
        if not change(clock.now()):
            raise BadRequest(refusal)
        letter.refresh_from_db()
        audit.record(
            action,
            letter,
            actor=actor,
            service_id=letter.service_id,
            before=before,
            after=_standing(letter),
            reason=reason,
        )


def _standing(letter: Notification) -> dict[str, object]:
    return {"status": str(letter.status), "billable_units": letter.billable_units}
