import os
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from notifications.letters.files import store_for_scan
from notifications.retention import left_files
from notifications.retention.left_files import KEPT_FOR, purge_left_files
from notifications.retention.tasks import delete_left_files
from notifications.tests.factories import NotificationFactory
from notify_project import storage
from notify_project.storage import Area, StorageAway

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 10, 3, 40, tzinfo=UTC)
OLD = NOW - KEPT_FOR - timedelta(seconds=1)


@pytest.fixture
def write(files):
    """Return a function that leaves a file to be scanned, as old as is asked for."""

    def write(name, at=OLD):
        storage.save(Area.LETTERS, f"scan/{name}", b"%PDF")
        os.utime(files / Area.LETTERS / "scan" / name, (at.timestamp(), at.timestamp()))
        return f"scan/{name}"

    return write


def left():
    return set(storage.names(Area.LETTERS, "scan"))


def test_what_belongs_to_no_letter_is_deleted_after_a_week(write, files, monkeypatch, caplog):
    monkeypatch.setattr(left_files, "BATCH", 2)
    caplog.set_level("INFO")
    letter = NotificationFactory(letter=True, status="pending-virus-check", created_at=OLD)
    named = store_for_scan(
        reference=letter.reference, postage="second", created_at=OLD, pdf=b"%PDF"
    )
    os.utime(files / Area.LETTERS / named, (OLD.timestamp(), OLD.timestamp()))
    young = write("NOTIFY.ABCD1234EFGH5678.D.2.C.20260703034001.PDF", NOW - KEPT_FOR)
    for name in (
        "NOTIFY.ZZZZ1234EFGH5678.D.2.C.20260703033959.PDF",
        ".half-0123456789abcdef0123456789abcdef",
        "of nobody",
    ):
        write(name)

    with freeze_time(NOW):
        delete_left_files()

    assert left() == {named, young}
    assert "deleted 3 files of no letter" in caplog.text


def test_a_file_that_cannot_be_deleted_does_not_keep_the_others(write, monkeypatch):
    stuck = write("NOTIFY.AAAA1234EFGH5678.D.2.C.20260701033959.PDF")
    write("NOTIFY.BBBB1234EFGH5678.D.2.C.20260701033959.PDF")
    delete = storage.delete

    def refuse(area, name):
        if name == stuck:
            raise StorageAway
        delete(area, name)

    monkeypatch.setattr(storage, "delete", refuse)

    with pytest.raises(ExceptionGroup, match="1 files of no letter could not be removed"):
        purge_left_files(NOW)

    assert left() == {stuck}
