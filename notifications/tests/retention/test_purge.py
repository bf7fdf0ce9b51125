from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from notifications.letters import files as letter_files
from notifications.letters.listing import Listing
from notifications.models import (
    LetterCheck,
    LetterPrintBatch,
    LetterPrintEntry,
    Notification,
    NotificationHistory,
)
from notifications.retention import print_batches, purge
from notifications.retention.cutoffs import cutoffs
from notifications.statuses import WAITING, Status
from notifications.tests.factories import NotificationFactory
from notify_project import storage
from notify_project.storage import Area, StorageAway, names
from services.retention import set_retention
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 10)
WEEK_AGO = datetime(2026, 3, 3, tzinfo=UTC)
OLD = WEEK_AGO - timedelta(microseconds=1)


def remaining():
    return set(Notification.objects.values_list("id", flat=True))


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_a_message_is_deleted_after_a_week_and_its_history_stays(kind):
    old = NotificationFactory(email=kind == "email", status="delivered", created_at=OLD)
    young = NotificationFactory(email=kind == "email", status="delivered", created_at=WEEK_AGO)

    assert purge.purge_texts_and_emails(TODAY) == purge.Purged(count=1)

    assert remaining() == {young.id}
    assert NotificationHistory.objects.get(id=old.id).status == "delivered"


def test_a_service_keeps_its_messages_for_as_long_as_it_says():
    texts, emails = (
        TemplateFactory(email=is_email, service=service)
        for service in [ServiceFactory()]
        for is_email in (False, True)
    )
    set_retention(texts.service, "sms", 3, actor=None)
    set_retention(texts.service, "email", 30, actor=None)
    four_days = datetime(2026, 3, 6, 12, tzinfo=UTC)
    day = timedelta(days=1)
    NotificationFactory(template=texts, status="delivered", created_at=four_days)
    kept = [
        NotificationFactory(template=texts, status="delivered", created_at=four_days + day),
        NotificationFactory(template=emails, status="delivered", created_at=OLD),
        NotificationFactory(status="delivered", created_at=four_days),
    ]

    assert purge.purge_texts_and_emails(TODAY).count == 1
    assert remaining() == {row.id for row in kept}


@pytest.mark.parametrize("status", sorted(Status.values))
def test_only_what_has_an_outcome_is_deleted(status):
    row = NotificationFactory(status=status, created_at=OLD)

    purge.purge_texts_and_emails(TODAY)

    assert (row.id in remaining()) == (status in WAITING)
    assert purge.count_overdue(TODAY) == (status in WAITING)


def test_what_is_not_real_goes_too_and_gets_no_history():
    row = NotificationFactory(research=True, status="delivered", created_at=OLD)

    assert purge.purge_texts_and_emails(TODAY) == purge.Purged(count=1)
    assert not NotificationHistory.objects.filter(id=row.id).exists()


def test_a_missing_history_row_is_made_and_counted():
    row = NotificationFactory(status="delivered", created_at=OLD)
    NotificationHistory.objects.filter(id=row.id).delete()

    assert purge.purge_texts_and_emails(TODAY) == purge.Purged(count=1, without_history=1)
    assert NotificationHistory.objects.get(id=row.id).created_at == OLD


def test_batches_go_on_past_what_is_kept(monkeypatch):
    monkeypatch.setattr(purge, "BATCH", 2)
    template = TemplateFactory()
    NotificationFactory.create_batch(3, template=template, status="delivered", created_at=OLD)
    waiting = NotificationFactory.create_batch(3, template=template, created_at=OLD)
    NotificationFactory.create_batch(2, template=template, status="delivered", created_at=OLD)

    assert purge.purge_texts_and_emails(TODAY).count == 5
    assert remaining() == {row.id for row in waiting}


def test_letters_go_with_their_files(files):
    old = NotificationFactory(letter=True, status="delivered", created_at=OLD)
    young = NotificationFactory(letter=True, status="delivered", created_at=WEEK_AGO)
    for letter in (old, young):
        letter_files.store_pdf(letter, b"%PDF")
        LetterCheck.objects.create(notification_id=letter.id)
    for folder in ("scan", "error", "failure", "invalid"):
        letter_files.set_aside(old, folder, b"%PDF")

    assert purge.purge_letters(TODAY) == purge.Purged(count=1)

    assert remaining() == {young.id}
    assert [check.notification_id for check in LetterCheck.objects.all()] == [young.id]
    assert not any(
        storage.names(storage.Area.LETTERS, folder)
        for folder in ("scan", "error", "failure", "invalid")
    )
    assert letter_files.find_pdf(old) is None
    assert letter_files.find_pdf(young) == b"%PDF"


def test_the_files_of_a_letter_go_from_every_folder_and_those_of_others_stay(files):
    old, young = (
        NotificationFactory(letter=True, status=status, created_at=created_at)
        for status, created_at in (("validation-failed", OLD), ("delivered", WEEK_AGO))
    )
    LetterCheck.objects.create(notification_id=old.id, message="letter-too-long", page_count=11)
    LetterCheck.objects.create(notification_id=young.id, page_count=1)
    for letter in (old, young):
        name = letter_files.file_name(
            reference=letter.reference, postage="europe", created_at=letter.created_at
        )
        for folder in letter_files.folders_of(letter):
            storage.save(Area.LETTERS, f"{folder}/{name}", b"%PDF")

    assert purge.purge_letters(TODAY) == purge.Purged(count=1)

    def stored(letter):
        folders = letter_files.folders_of(letter)
        return [name for each in folders for name in names(Area.LETTERS, each)]

    left = stored(young)
    assert len(left) == len(letter_files.folders_of(young)) == len(letter_files.Folder)
    assert all(young.reference in name for name in left)
    # Both are of one print day.
    assert stored(old) == left
    assert list(LetterCheck.objects.values_list("notification_id", flat=True)) == [young.id]
    assert NotificationHistory.objects.get(id=old.id).status == "validation-failed"


def test_a_folder_is_listed_once_however_many_letters_are_in_it(files, monkeypatch):
    monkeypatch.setattr(purge, "LETTERS_BATCH", 2)
    listed, list_names = [], storage.names
    letters = NotificationFactory.create_batch(5, letter=True, status="delivered", created_at=OLD)
    for letter in letters:
        letter_files.store_pdf(letter, b"%PDF")

    def note(area, folder):
        listed.append(folder)
        return list_names(area, folder)

    monkeypatch.setattr(storage, "names", note)

    assert purge.purge_letters(TODAY) == purge.Purged(count=5)
    assert sorted(listed) == sorted(letter_files.folders_of(letters[0]))
    assert list_names(Area.LETTERS, letter_files.folder_of(letters[0])) == []


def test_old_print_batches_go_with_their_entries_and_open_ones_stay(monkeypatch):
    monkeypatch.setattr(print_batches, "BATCH", 1)
    now = datetime(2026, 3, 10, tzinfo=UTC)
    ages = {"old": now - timedelta(days=90, seconds=1), "young": now - timedelta(days=90)}
    for age, created_at in ages.items():
        for state in LetterPrintBatch.State.values:
            batch = LetterPrintBatch.objects.create(
                provider=age,
                print_day=TODAY,
                letter_count=1,
                sheet_count=1,
                state=state,
                created_at=created_at,
            )
            LetterPrintEntry.objects.create(batch=batch, notification_id=uuid4(), reference="A")

    assert print_batches.purge_print_batches(now) == 3

    kept = LetterPrintBatch.objects.filter(provider="old").values_list("state", flat=True)
    assert set(kept) == {"planned", "uploading", "unclear"}
    assert LetterPrintBatch.objects.filter(provider="young").count() == 6
    assert LetterPrintEntry.objects.count() == 9


def test_a_letter_stays_while_its_files_cannot_be_deleted(files, monkeypatch):
    broken, _ = NotificationFactory.create_batch(2, letter=True, status="delivered", created_at=OLD)
    letter_files.store_pdf(broken, b"%PDF")

    def fail(*_args):
        raise StorageAway

    monkeypatch.setattr(storage, "delete", fail)

    assert purge.purge_letters(TODAY) == purge.Purged(count=1, kept_for_files=1)
    assert remaining() == {broken.id}


def test_letters_wait_for_a_storage_that_is_away(files, monkeypatch):
    monkeypatch.setattr(storage, "FAILURES_IN_A_ROW", 2)
    monkeypatch.setattr(purge, "LETTERS_BATCH", 4)
    letters = NotificationFactory.create_batch(9, letter=True, status="delivered", created_at=OLD)
    order = [row.id for row in sorted(letters, key=lambda row: row.id)]
    broken = {order[0], *order[3:]}
    asked = []

    def fail_often(_listing, letter):
        asked.append(letter.id)
        if letter.id in broken:
            raise StorageAway

    monkeypatch.setattr(Listing, "delete_all", fail_often)

    assert purge.purge_letters(TODAY) == purge.Purged(count=2, kept_for_files=6)
    assert asked == order[:6]
    assert remaining() == broken


@pytest.mark.parametrize(
    ("today", "cutoff"),
    [
        (date(2026, 4, 1), datetime(2026, 3, 25, tzinfo=UTC)),
        (date(2026, 4, 6), datetime(2026, 3, 29, 23, tzinfo=UTC)),
        (date(2026, 11, 1), datetime(2026, 10, 24, 23, tzinfo=UTC)),
    ],
    ids=["across the change in spring", "in summer time", "across the change in autumn"],
)
def test_days_end_at_midnight_in_london(today, cutoff):
    assert cutoffs(today)[7] == cutoff
