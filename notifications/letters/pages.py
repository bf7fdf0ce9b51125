"""Make the pages of letters from templates: lay them out, store them, count their sheets."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from notifications import lifecycle
from notifications.letters import files
from notifications.letters.references import Unprintable, printable_reference
from notifications.letters.time_limit import TookTooLong, processor_seconds
from notifications.models import Notification
from notifications.statuses import Status
from notify_project import clock
from notify_project.storage import StorageAway
from services.branding.letters import letter_logo
from services.read_models import find_service
from templates_app.letter_attachments import with_attachment
from templates_app.letters import compose, length_of
from templates_app.read_models import TemplateModel, find_version
from templates_app.rendering.letter_document import Marks
from templates_app.rendering.letter_pages import MAX_PAGES, sheets_of
from templates_app.rendering.letter_print import Printed, print_letter, require_engine
from templates_app.rendering.placeholders import parse

logger = logging.getLogger(__name__)

# One at a time: a letter that kills its worker costs no other letter an attempt.
LEASE = timedelta(minutes=3)
# Ten pages take less than one; on one word of 20,000 letters a line costs as much as all the rest.
MAX_PROCESSOR_SECONDS = 20
# Ten pages full of the narrowest letter have fewer. Of much longer words a part would be lost.
MAX_CHARACTERS = 100_000
# Source: the life of a letter, making the PDF.
RETRIES, RETRY_AFTER = 15, timedelta(minutes=5)
TOO_LONG, TOO_COMPLEX = "letter-too-long", "letter-too-complex"


class PagesNotMade(Exception):
    """Some letters met a bug; they are tried again, and what it was is in the log."""


class TooMuchText(Exception):
    """The text of a letter has no room on ten pages, however it is laid out."""


def make_pages(*, is_real: bool, until: datetime) -> None:
    """Make the pages of letters that have none, the oldest first, until none waits or it is late.

    Any number of workers may do so at once. A letter that cannot be made keeps no other waiting: it
    is tried again, and has failed in the end.

    Args:
        is_real: false for letters of test keys and of services in research mode.
        until: when no further letters are taken.

    Raises:
        CannotPrint: a library of the system is missing; nothing was changed.
        PagesNotMade: some letters met a bug.
    """
    require_engine()
    failed = 0
    while (now := clock.now()) < until:
        letter = lifecycle.claim_letter_without_pages(
            is_real=is_real, now=now, lease_until=now + LEASE
        )
        if letter is None:
            break
        failed += not _is_made(letter)
    if failed:
        raise PagesNotMade(f"{failed} letters could not be made")


def layout(letter: Notification, template: TemplateModel) -> Printed:
    """Lay a letter out as it is printed, with the day on which it was accepted.

    Raises:
        Unprintable: its reference is missing or wrong.
        CannotPrint: a library of the system is missing.
        TooMuchText: it is not even tried.
        TookTooLong: nobody wants to read what takes that long.
    """
    reference = printable_reference(letter)
    values = letter.personalisation or {}
    if length_of(template, values) > MAX_CHARACTERS:
        raise TooMuchText
    logo = _logo_of(letter)
    with processor_seconds(MAX_PROCESSOR_SECONDS):
        html = compose(
            template,
            values,
            contact_block=parse(letter.reply_to_text) if letter.reply_to_text else None,
            day=clock.london_day(letter.created_at),
            marks=Marks(reference if settings.LETTER_DRAWS_CODE else None),
            has_logo=logo is not None,
        )
        printed = print_letter(html, logo=logo)
    return with_attachment(printed, template)


def _logo_of(letter: Notification) -> bytes | None:
    """Return the logo that its service has by now."""
    service = find_service(letter.service_id)
    name = service.letter_logo if service else None
    return letter_logo(name) if name else None


def _is_made(letter: Notification) -> bool:
    """Make the pages of a letter; false if that met a bug."""
    if letter.delivery_attempts > RETRIES + 1:
        # Whoever took it so often died of it, or it would have been given up by then.
        _give_up(letter)
        return True
    try:
        _store(letter, layout(letter, _template_of(letter)))
    except Unprintable as error:
        logger.error("%s: it is not printed", error)  # noqa: TRY400 - says all there is to know
        lifecycle.move(letter.id, Status.TECHNICAL_FAILURE, now=clock.now(), reason="reference")
    except (TooMuchText, TookTooLong) as error:
        logger.warning("letter %s is refused: %s", letter.id, type(error).__name__)
        _refuse(letter, TOO_COMPLEX, now=clock.now())
    except StorageAway:
        logger.exception("the pages of letter %s cannot be stored", letter.id)
        _try_again(letter)
    except Exception as error:  # noqa: BLE001 - the caller raises when all had their turn
        name = type(error).__name__
        logger.error("letter %s cannot be made: %s", letter.id, name)  # noqa: TRY400 - its text may be the letter's
        _try_again(letter)
        return False
    return True


def _template_of(letter: Notification) -> TemplateModel:
    template = find_version(letter.template_id, letter.template_version)
    if template is None:
        raise LookupError(f"letter {letter.id} lacks its version of a template")
    return template


def _try_again(letter: Notification) -> None:
    if letter.delivery_attempts <= RETRIES:
        lifecycle.try_letter_again(letter.id, at=clock.now() + RETRY_AFTER)
    else:
        _give_up(letter)


def _give_up(letter: Notification) -> None:
    logger.error("letter %s is given up: its pages cannot be made", letter.id)
    lifecycle.move(letter.id, Status.TECHNICAL_FAILURE, now=clock.now(), reason="pages-not-made")


def _store(letter: Notification, printed: Printed) -> None:
    """Store the file first: a crash before the sheets are counted has it made once more."""
    now = clock.now()
    is_too_long = printed.pages > MAX_PAGES
    if is_too_long and letter.is_real:
        letter.status = Status.VALIDATION_FAILED
    files.store_pdf(letter, printed.pdf)
    if is_too_long:
        is_written = _refuse(letter, TOO_LONG, now=now)
    elif not letter.is_real:
        is_written = lifecycle.move(letter.id, Status.DELIVERED, now=now)
    else:
        is_written = lifecycle.count_sheets(letter.id, sheets_of(printed.pages), now=now)
    if not is_written:
        _forget(letter)
    files.delete_if_erased(letter)


def _refuse(letter: Notification, reason: str, *, now: datetime) -> bool:
    # One that is not real is on its way already, from where it cannot become the other.
    to = Status.VALIDATION_FAILED if letter.is_real else Status.PERMANENT_FAILURE
    return lifecycle.move(letter.id, to, now=now, reason=reason)


def _forget(letter: Notification) -> None:
    """Delete the pages of a letter that was cancelled, erased or deleted while they were made.

    Whoever erased it deleted the files that there were by then.
    """
    logger.info("letter %s does not wait for its pages any more", letter.id)
    kept = Notification.objects.filter(id=letter.id).exclude(status=Status.CANCELLED)
    if not kept.exists():
        files.delete_all(letter)
