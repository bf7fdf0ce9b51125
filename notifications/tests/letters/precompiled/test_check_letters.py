"""The way of letters that come as a PDF, from what was sent to what is printed."""

import io
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from freezegun import freeze_time

from notifications import lifecycle
from notifications.letters import files as stored
from notifications.letters.geometry import WINDOW
from notifications.letters.pdf_document import Document
from notifications.letters.precompiled.check_letters import RETRIES, _check, check_letters
from notifications.lifecycle import letter_checks, letters
from notifications.models import LetterCheck, Notification, NotificationHistory
from notifications.statuses import Status
from notifications.tests.clamd import EICAR
from notifications.tests.letters.precompiled.written import letter
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import clock
from notify_project.storage import Area, names
from services.models import ServicePermission

FOLDERS = ("scan", "error", "failure", "invalid", "test", "letters")


def check(*, is_real=True):
    check_letters(is_real=is_real, until=clock.now() + timedelta(minutes=5))


def now_of(row):
    row.refresh_from_db()
    return row.status, row.billable_units


def where():
    """Return in which folders there are files; those of the days of printing count as one."""
    found = [folder for folder in FOLDERS if names(Area.LETTERS, folder)]
    days = [day for day in ("2026-06-10", "2026-06-11") if names(Area.LETTERS, f"letters/{day}")]
    return found + [f"letters/{day}" for day in days]


@freeze_time("2026-06-10T12:00:00Z")
def test_a_good_letter_is_ready_to_be_printed(arrived):
    row = arrived(letter(pages=3))

    check()

    assert now_of(row) == ("created", 2)
    assert (row.to, row.normalised_to) == (
        "Jo Bloggs\n1 High Street\nSW1A 2AA",
        "jobloggs1highstreetsw1a2aa",
    )
    assert (row.postage, row.international) == ("second", False)
    assert row.personalisation == {"address_line_1": "Provided as PDF"}
    assert where() == ["letters/2026-06-10"]
    live, history = live_and_history(row.id)
    assert live == history
    found = LetterCheck.objects.get()
    assert (found.notification_id, found.message, found.page_count) == (row.id, "", 3)
    assert found.is_clean is None


@freeze_time("2026-06-10T12:00:00Z")
def test_a_letter_to_another_country_travels_as_its_address_asks_for(arrived):
    row = arrived(letter(address=("Jo", "1 Rue Verte", "75001 Paris", "Frankreich", "France")))
    ServicePermission.objects.create(service=row.service, permission="international_letters")

    check()

    assert now_of(row) == ("created", 1)
    assert (row.postage, row.international) == ("europe", True)
    live, history = live_and_history(row.id)
    assert live == history
    [name] = names(Area.LETTERS, "letters/2026-06-10")
    assert ".D.E.C." in name
    assert stored.find_pdf(row)


def test_a_letter_that_is_not_real_arrives_and_is_never_where_printed_ones_are(arrived):
    row = arrived(research=True)

    check()
    untouched = now_of(row)
    check(is_real=False)

    assert untouched == ("pending-virus-check", 0)
    assert now_of(row) == ("delivered", 0)
    assert where() == ["test"]
    assert not NotificationHistory.objects.exists()


@pytest.mark.parametrize("research", [False, True])
def test_a_letter_that_cannot_be_printed_is_refused_and_can_be_looked_at(arrived, research):
    pdf = letter(pages=11)
    row = arrived(pdf, research=research)

    check(is_real=not research)

    assert now_of(row) == ("validation-failed", 0)
    assert row.failure_reason == "letter-too-long"
    assert stored.find_pdf(row) == pdf
    assert where() == ["invalid"]
    found = LetterCheck.objects.get()
    assert (found.message, found.page_count, found.invalid_pages) == ("letter-too-long", 11, [])


def test_an_infected_letter_is_never_opened(arrived, clamd, caplog):
    row = arrived(letter() + EICAR)

    check()

    assert now_of(row) == ("virus-scan-failed", 0)
    assert where() == ["failure"]
    assert LetterCheck.objects.get().is_clean is False
    assert f"the virus scanner found something in letter {row.id}" in caplog.text


def test_a_letter_that_was_scanned_says_so(arrived, clamd):
    pdf = letter()
    arrived(pdf)

    check()

    assert clamd.scanned == [pdf]
    assert LetterCheck.objects.get().is_clean is True


def test_a_broken_scanner_is_asked_again_and_given_up_in_the_end(arrived, clamd, caplog):
    row = arrived()
    clamd.answer = "stream: out of memory ERROR"

    with freeze_time("2026-06-10T12:00:00Z", tz_offset=0) as now:
        Notification.objects.update(created_at=clock.now())
        for _ in range(RETRIES + 1):
            waiting = now_of(row)
            check()
            now.tick(timedelta(minutes=5))

    assert waiting == ("pending-virus-check", 0)
    assert now_of(row) == ("technical-failure", 0)
    assert row.failure_reason == "not-scanned"
    assert len(clamd.scanned) == RETRIES + 1
    assert where() == ["error"]
    assert f"letter {row.id} is given up: not-scanned" in caplog.text


def test_a_letter_whose_file_is_missing_fails_alone(arrived, caplog):
    broken, whole = arrived(stored=False), arrived()

    check()

    assert now_of(broken) == ("technical-failure", 0)
    assert broken.failure_reason == "file-missing"
    assert now_of(whole) == ("created", 1)
    assert f"letter {broken.id} cannot be checked: file-missing" in caplog.text


def test_a_letter_with_a_reference_that_no_receipt_bears_fails(arrived, caplog):
    row = arrived(reference="SHORT")

    check()

    assert now_of(row) == ("technical-failure", 0)
    assert row.failure_reason == "reference"


def test_a_letter_that_kills_its_workers_is_given_up(arrived):
    row = arrived()
    Notification.objects.update(delivery_attempts=RETRIES + 1)

    check()

    assert now_of(row) == ("technical-failure", 0)
    assert row.failure_reason == "not-checked"
    assert where() == ["error"]


def test_files_that_cannot_be_read_now_are_tried_again(arrived, files, caplog):
    row = arrived()
    [scanned] = names(Area.LETTERS, "scan")
    path = files / "letters" / scanned
    path.rename(path.with_suffix(".away"))
    path.mkdir()  # reading it fails

    check()
    waiting = now_of(row)
    path.rmdir()
    path.with_suffix(".away").rename(path)
    Notification.objects.update(next_attempt_at=None)
    check()

    assert waiting == ("pending-virus-check", 0)
    assert now_of(row) == ("created", 1)
    assert f"the file of letter {row.id} cannot be read" in caplog.text


def test_a_letter_whose_worker_died_is_checked_once_its_lease_is_over(arrived):
    row = arrived()
    now = clock.now()
    lifecycle.claim_letter_to_check(is_real=True, now=now, lease_until=now + timedelta(seconds=60))

    check()
    waiting = now_of(row)
    Notification.objects.update(claimed_until=now)
    check()

    assert waiting == ("pending-virus-check", 0)
    assert now_of(row) == ("created", 1)


@pytest.mark.django_db
def test_a_letter_stored_before_a_crash_is_finished_by_the_next_run(arrived):
    row = arrived(letter(address=()))
    copy = Notification.objects.get(id=row.id)
    stored.set_aside(copy, stored.Folder.INVALID, b"half of what was written")

    check()

    assert now_of(row) == ("validation-failed", 0)
    assert stored.find_pdf(row) == letter(address=())


@pytest.mark.parametrize("end", ["cancelled", "erased"])
def test_nothing_is_left_of_a_letter_that_ends_while_it_is_checked(arrived, end):
    row = arrived()
    now = clock.now()
    taken = lifecycle.claim_letter_to_check(
        is_real=True, now=now, lease_until=now + timedelta(minutes=1)
    )
    if end == "cancelled":
        lifecycle.move(row.id, Status.CANCELLED, now=now)
    else:
        lifecycle.erase([row.id], telling=[], now=now)

    _check(taken)

    assert now_of(row) == ("cancelled", 0)
    assert where() == []
    assert not LetterCheck.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_take_each_letter_once(arrived, clamd):
    for _ in range(10):
        arrived(EICAR)

    def work():
        try:
            check()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work) for _ in range(3)]:
            done.result(timeout=60)

    assert set(Notification.objects.values_list("status", flat=True)) == {"virus-scan-failed"}
    assert len(clamd.scanned) == LetterCheck.objects.count() == 10


def test_what_is_stored_for_the_printer_is_what_was_checked(arrived):
    row = arrived()

    check()
    row.refresh_from_db()
    document = Document(stored.find_pdf(row))

    assert document.page_count == 1
    assert "SW1A 2AA" in document.text_in(1, WINDOW)
    document.close()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("is_real", "index"), [(True, "ix_notif_letters_to_check"), (False, "ix_notif_test_letters")]
)
def test_letters_to_check_are_found_by_their_own_index(is_real, index):
    statement = letters._CLAIM.format(which=letter_checks._TO_CHECK[is_real])
    now = datetime(2026, 6, 10, tzinfo=UTC)
    with connection.cursor() as cursor:
        # On a table of a few rows everything costs the same; on a big one these cost most.
        for way in ("seqscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {statement}", {"now": now, "lease_until": now})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert index in plan


def test_no_name_of_a_recipient_is_in_a_log(arrived, caplog):
    with caplog.at_level(logging.DEBUG):
        arrived()
        check()

    assert "Bloggs" not in caplog.text


def test_letters_that_nobody_could_scan_are_checked_again_when_an_operator_asks(arrived, clamd):
    first, second, other = arrived(), arrived(), arrived(status="technical-failure")
    clamd.answer = "stream: ERROR"
    Notification.objects.filter(status="pending-virus-check").update(delivery_attempts=RETRIES)
    check()
    failed = now_of(first), now_of(second), where()
    clamd.answer = ""

    call_command("rescan_letters", "--letter", str(first.id), stdout=(one := io.StringIO()))
    check()
    between = now_of(first), now_of(second)
    call_command("rescan_letters", "--all", "--dry-run", stdout=(counted := io.StringIO()))
    call_command("rescan_letters", "--all", stdout=io.StringIO())
    live, history = live_and_history(second.id)
    check()

    assert failed == (("technical-failure", 0), ("technical-failure", 0), ["scan", "error"])
    assert one.getvalue() == "1 letters wait for their check\n"
    assert between == (("created", 1), ("technical-failure", 0))
    assert counted.getvalue() == "1 letters can be checked again\n"
    assert live == history
    assert now_of(second) == ("created", 1)
    assert second.failure_reason is None
    assert now_of(other) == ("technical-failure", 0)
    with pytest.raises(CommandError, match=str(other.id)):
        call_command("rescan_letters", "--letter", str(other.id))
