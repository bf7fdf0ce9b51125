"""Bring letters that came as a PDF to the printer, or to the reason why not.

Whatever is stored is stored before the letter's row says so, and what it came as is deleted after
that: a worker may die anywhere, and all is done again.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from notifications import lifecycle
from notifications.letters import files
from notifications.letters.files import Folder
from notifications.letters.precompiled.sandbox import Findings, NotExamined, examine
from notifications.letters.references import Unprintable, printable_reference
from notifications.models import LetterCheck, Notification
from notifications.statuses import Status
from notify_project import clock
from notify_project.storage import StorageAway
from notify_project.virus_scan import ScannerAway, is_clean
from services.read_models import find_service
from templates_app.rendering.letter_pages import sheets_of

logger = logging.getLogger(__name__)

# A scan, a process of its own that takes a while, and files to store.
LEASE = timedelta(minutes=3)
# Source: the life of a letter, letters that come as a PDF.
RETRIES, RETRY_AFTER = 15, timedelta(minutes=5)
NOT_SCANNED, NOT_CHECKED, FILE_MISSING = "not-scanned", "not-checked", "file-missing"
INFECTED = "infected"


class LettersNotChecked(Exception):
    """Some letters met a bug; they are tried again, and what it was is in the log."""


class _FileGone(Exception):
    """What came is not there any more."""


def check_letters(*, is_real: bool, until: datetime) -> None:
    """Check letters that wait for it, the oldest first, until none waits or it is late.

    Any number of workers may do so at once. A letter that cannot be checked keeps no other waiting:
    it is tried again, and has failed in the end.

    Args:
        is_real: false for letters of test keys and of services in research mode.
        until: when no further letters are taken.

    Raises:
        LettersNotChecked: some letters met a bug.
    """
    failed = 0
    while (now := clock.now()) < until:
        letter = lifecycle.claim_letter_to_check(is_real=is_real, now=now, lease_until=now + LEASE)
        if letter is None:
            break
        failed += not _is_checked(letter)
    if failed:
        raise LettersNotChecked(f"{failed} letters could not be checked")


def _is_checked(letter: Notification) -> bool:
    """Check a letter; false if that met a bug."""
    if letter.delivery_attempts > RETRIES + 1:
        # Whoever took it so often died of it, or it would have been given up by then.
        _give_up(letter, NOT_CHECKED)
        return True
    try:
        _check(letter)
    except (_FileGone, Unprintable) as error:
        reason = FILE_MISSING if isinstance(error, _FileGone) else "reference"
        logger.error("letter %s cannot be checked: %s", letter.id, reason)  # noqa: TRY400
        lifecycle.move(letter.id, Status.TECHNICAL_FAILURE, now=clock.now(), reason=reason)
    except ScannerAway:
        _try_again(letter, NOT_SCANNED)
    except StorageAway:
        logger.exception("the file of letter %s cannot be read or written", letter.id)
        _try_again(letter, NOT_CHECKED)
    except Exception as error:  # noqa: BLE001 - the caller raises when all had their turn
        told = str(error) if isinstance(error, NotExamined) else type(error).__name__
        logger.error("letter %s cannot be checked: %s", letter.id, told)  # noqa: TRY400 - its text may be the letter's
        _try_again(letter, NOT_CHECKED)
        return False
    return True


def _check(letter: Notification) -> None:
    """Take one letter through scan and checks, in this order."""
    reference = printable_reference(letter)
    pdf = files.read_unchecked(letter)
    if pdf is None:
        raise _FileGone
    passed_scan = is_clean(pdf) if settings.CLAMAV_URL else None
    if passed_scan is False:
        _refuse_infected(letter, pdf)
        return
    findings = examine(
        pdf,
        international=_may_go_abroad(letter),
        reference=reference if settings.LETTER_DRAWS_CODE else None,
    )
    check = LetterCheck(
        notification_id=letter.id,
        is_clean=passed_scan,
        message=findings.message,
        invalid_pages=findings.invalid_pages,
        page_count=findings.page_count,
        checked_at=clock.now(),
    )
    if findings.message:
        _refuse(letter, pdf, check)
    else:
        _pass(letter, findings, check)


def _may_go_abroad(letter: Notification) -> bool:
    service = find_service(letter.service_id)
    return service is not None and "international_letters" in service.permissions


def _refuse_infected(letter: Notification, pdf: bytes) -> None:
    now = clock.now()
    files.set_aside(letter, Folder.FAILURE, pdf)
    logger.error("the virus scanner found something in letter %s", letter.id)
    check = LetterCheck(notification_id=letter.id, is_clean=False, message=INFECTED, checked_at=now)
    _record(
        letter,
        check,
        lambda: lifecycle.move(letter.id, Status.VIRUS_SCAN_FAILED, now=now, reason=INFECTED),
    )


def _refuse(letter: Notification, pdf: bytes, check: LetterCheck) -> None:
    now, reason = clock.now(), check.message
    files.set_aside(letter, Folder.INVALID, pdf)
    logger.info("letter %s is refused: %s", letter.id, reason)
    _record(
        letter,
        check,
        lambda: lifecycle.move(letter.id, Status.VALIDATION_FAILED, now=now, reason=reason),
    )


def _pass(letter: Notification, findings: Findings, check: LetterCheck) -> None:
    now = clock.now()
    # Another postage is another name; the old one is still found by how it begins.
    letter.postage = findings.postage or letter.postage
    files.store_pdf(letter, findings.made)
    _record(
        letter,
        check,
        lambda: lifecycle.pass_letter(
            letter.id,
            address=findings.address,
            postage=findings.postage,
            sheets=sheets_of(findings.page_count or 0),
            now=now,
        ),
    )


def _record(letter: Notification, check: LetterCheck, write: Callable[[], bool]) -> None:
    """Write what came of it, and delete what came; nothing is left of a letter that is gone."""
    with transaction.atomic():
        is_written = write()
        if is_written:
            check.save()
    if is_written:
        files.delete_unchecked(letter)
    else:
        _forget(letter)
    files.delete_if_erased(letter)


def _forget(letter: Notification) -> None:
    logger.info("letter %s does not wait for its check any more", letter.id)
    kept = Notification.objects.filter(id=letter.id).exclude(status=Status.CANCELLED)
    if not kept.exists():
        files.delete_all(letter)


def _try_again(letter: Notification, reason: str) -> None:
    if letter.delivery_attempts <= RETRIES:
        lifecycle.try_letter_again(letter.id, at=clock.now() + RETRY_AFTER)
    else:
        _give_up(letter, reason)


def _give_up(letter: Notification, reason: str) -> None:
    """End it, and put the file where it does not wait; from there it can be checked again."""
    logger.error("letter %s is given up: %s", letter.id, reason)
    try:
        pdf = files.read_unchecked(letter)
        if pdf is not None:
            files.set_aside(letter, Folder.ERROR, pdf)
        lifecycle.move(letter.id, Status.TECHNICAL_FAILURE, now=clock.now(), reason=reason)
        files.delete_unchecked(letter, kept_in=Folder.ERROR)
    except StorageAway:
        # It stays where it is, which is found as well.
        lifecycle.move(letter.id, Status.TECHNICAL_FAILURE, now=clock.now(), reason=reason)
    files.delete_if_erased(letter)
