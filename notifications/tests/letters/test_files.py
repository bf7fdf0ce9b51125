from datetime import UTC, datetime

import pytest

from notifications.letters.files import (
    Folder,
    delete_unchecked,
    file_name,
    find_pdf,
    folder_of,
    read_unchecked,
    set_aside,
    store_for_scan,
    store_pdf,
)
from notifications.models import Notification
from notify_project.storage import Area, names
from notify_project.tests.examples import cases

pytestmark = pytest.mark.usefixtures("files")

REFERENCE = "ABCD1234EFGH5678"
CREATED_AT = datetime(2026, 2, 3, 10, 15, 30, tzinfo=UTC)


def letter(**values):
    values = {
        "notification_type": "letter",
        "reference": REFERENCE,
        "postage": "second",
        "created_at": CREATED_AT,
        "is_real": True,
        **values,
    }
    return Notification(**values)


def store_to_scan(row, pdf=b"%PDF"):
    return store_for_scan(
        reference=row.reference, postage=row.postage, created_at=row.created_at, pdf=pdf
    )


@pytest.mark.parametrize("row", cases(__file__, "file_names"))
def test_a_letters_file_has_the_printers_name(row):
    created_at = datetime.fromisoformat(row["created_at"]).replace(tzinfo=UTC)
    stored = letter(
        reference=row["reference"],
        created_at=created_at,
        postage=row["postage"],
        is_real=not row["test_key"],
    )

    folder = "test" if row["test_key"] else "letters"
    assert store_pdf(stored, b"%PDF") == f"{folder}/{row['name']}"
    assert find_pdf(stored) == b"%PDF"


def test_the_name_is_written_in_utc_wherever_the_instant_comes_from():
    summer = datetime.fromisoformat("2026-06-30T10:00:00+01:00")

    name = file_name(reference="A" * 16, postage="first", created_at=summer)

    assert name == "NOTIFY.AAAAAAAAAAAAAAAA.D.1.C.20260630090000.PDF"


@pytest.mark.parametrize(
    ("values", "folder"),
    [
        ({}, "letters/2026-02-03"),
        ({"status": "sending"}, "letters/2026-02-03"),
        ({"status": "cancelled"}, "letters/2026-02-03"),
        ({"status": "validation-failed"}, "invalid"),
        ({"is_real": False}, "test"),
        ({"is_real": False, "key_type": "test", "status": "delivered"}, "test"),
        ({"is_real": False, "status": "validation-failed"}, "invalid"),
    ],
)
def test_the_row_tells_the_folder(values, folder):
    assert folder_of(letter(**values)) == folder


def test_what_waits_for_its_scan_is_not_yet_the_letters_pdf():
    row = letter(status="pending-virus-check")

    name = store_to_scan(row)

    assert name == "scan/NOTIFY.ABCD1234EFGH5678.D.2.C.20260203101530.PDF"
    assert names(Area.LETTERS, "scan") == [name]
    assert find_pdf(row) is None


def test_a_file_is_found_after_the_postage_has_changed():
    row = letter()
    store_pdf(row, b"%PDF")

    row.postage = "europe"

    assert find_pdf(row) == b"%PDF"


def test_the_file_of_a_reference_that_begins_alike_is_not_taken():
    store_pdf(letter(reference=f"{REFERENCE}X"), b"other")

    assert find_pdf(letter()) is None


@pytest.mark.parametrize("reference", [None, ""])
def test_a_letter_without_reference_has_no_file_and_gets_none(reference):
    row = letter(reference=reference)

    assert find_pdf(row) is None
    with pytest.raises(ValueError, match=str(row.id)):
        store_pdf(row, b"%PDF")


def test_a_file_that_is_made_again_replaces_the_first():
    row = letter()
    store_pdf(row, b"first")

    store_pdf(row, b"second")

    assert find_pdf(row) == b"second"
    assert len(names(Area.LETTERS, folder_of(row))) == 1


def test_what_waits_for_its_check_is_read_and_removed_wherever_it_lies():
    row = letter(status="pending-virus-check")
    store_to_scan(row)
    in_scan = read_unchecked(row)
    set_aside(row, Folder.ERROR, b"%PDF")

    delete_unchecked(row, kept_in=Folder.ERROR)
    set_aside_only = read_unchecked(row), names(Area.LETTERS, "scan")
    for _ in range(2):
        delete_unchecked(row)

    assert in_scan == b"%PDF"
    assert set_aside_only == (b"%PDF", [])
    assert read_unchecked(row) is None
