"""Response files of a printer, read once and again."""

from datetime import date

import pytest

from notifications.models import (
    CallbackDelivery,
    DailySortedLetter,
    Notification,
    NotificationHistory,
)
from notifications.receipts.response_files import (
    NotAResponseFile,
    apply_file,
    billing_day,
    is_response_file,
)
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import clock

NAME = "NOTIFY-20260630120060-RSP.TXT"


def letter(status="sending", **values):
    return NotificationFactory(letter=True, status=status, billable_units=1, **values)


def read(*lines, name=NAME):
    content = "".join(f"{line}\n" for line in lines).encode()
    return apply_file(name, content, printer_name="sftp", now=clock.now())


def status_of(row):
    return Notification.objects.get(id=row.id).status


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("NOTIFY-20260630225960-RSP.TXT", date(2026, 6, 30)),
        ("NOTIFY-20260630230060-RSP.TXT", date(2026, 7, 1)),
        ("notify-20260130235959-rsp.txt", date(2026, 1, 30)),
        ("NOTIFY.20260130235900.rs.txt", date(2026, 1, 30)),
    ],
)
def test_the_day_is_the_one_in_london_of_the_name_without_its_seconds(name, day):
    assert is_response_file(name)
    assert billing_day(name) == day


@pytest.mark.parametrize(
    "name",
    ["NOTIFY-2026063012-RSP.TXT", "NOTIFY-20260630120000-ACK.TXT", "x.TXT", ""],
)
def test_a_file_of_another_name_is_no_response(name):
    assert not is_response_file(name)
    with pytest.raises(NotAResponseFile):
        billing_day(name)


def test_a_name_without_an_instant_is_refused():
    with pytest.raises(NotAResponseFile):
        billing_day("NOTIFY-20261330120000-RSP.TXT")


@pytest.mark.django_db
def test_each_letter_gets_its_outcome_in_both_tables(caplog):
    sent, failed = letter(), letter()

    found = read(f"{sent.reference}|Sent|1|Sorted", f"{failed.reference}|Failed|1|Unsorted")

    assert (status_of(sent), status_of(failed)) == ("delivered", "permanent-failure")
    for row in (sent, failed):
        live, history = live_and_history(row.id)
        assert live == history
    assert (found.delivered, found.failed, found.counts) == (1, 1, (1, 1))
    assert f"letters not sent: {failed.reference}" in caplog.text


@pytest.mark.django_db
def test_a_file_that_comes_three_times_counts_once():
    rows = [letter(), letter(), letter()]
    lines = [f"{row.reference}|Sent|1|Unsorted" for row in rows]

    found = [read(*lines) for _ in range(3)]

    assert [each.delivered for each in found] == [3, 0, 0]
    assert [each.repeated for each in found] == [0, 3, 3]
    [day] = DailySortedLetter.objects.values_list("billing_day", "sorted_count", "unsorted_count")
    assert day == (date(2026, 6, 30), 0, 3)
    assert CallbackDelivery.objects.count() == 0


@pytest.mark.django_db
def test_a_changed_file_replaces_the_counts():
    row = letter()
    read(f"{row.reference}|Sent|1|Unsorted")
    read(f"{row.reference}|Sent|1|Sorted")

    [counts] = DailySortedLetter.objects.values_list("sorted_count", "unsorted_count")
    assert counts == (1, 0)


@pytest.mark.django_db
def test_lines_that_cannot_be_read_and_unknown_letters_are_reported(caplog):
    row = letter()

    found = read(
        "Jo Bloggs, 1 High Street",
        "",
        "AAAAAAAAAAAAAAAA|Sent|1|Sorted",
        f"{row.reference}|Sent|x|Sorted",
        f"{row.reference.lower()}|Sent|1|Sorted",
        f" {row.reference} | SENT | 2 | sorted ",
    )

    assert (found.lines, found.malformed, found.unknown) == (5, [1, 4, 5], ["A" * 16])
    assert status_of(row) == "delivered"
    assert "Bloggs" not in caplog.text
    assert "A" * 16 in caplog.text


@pytest.mark.django_db
def test_an_unknown_threshold_fails_the_counts_and_not_the_statuses(caplog):
    row = letter()

    found = read(f"{row.reference}|Sent|1|Assorted")

    assert (status_of(row), found.counts) == ("delivered", None)
    assert not DailySortedLetter.objects.exists()
    assert "threshold" in caplog.text


@pytest.mark.django_db
def test_a_letter_whose_row_is_deleted_is_found_in_history():
    row = letter()
    Notification.objects.filter(id=row.id).delete()

    assert read(f"{row.reference}|Sent|1|Sorted").delivered == 1
    assert read(f"{row.reference}|Sent|1|Sorted").repeated == 1

    assert NotificationHistory.objects.get(id=row.id).status == "delivered"


@pytest.mark.django_db
def test_a_letter_whose_hand_over_nobody_knows_was_handed_over():
    row = letter(status="created")

    read(f"{row.reference}|Sent|1|Sorted")

    row.refresh_from_db()
    assert (row.status, row.sent_by, row.sent_at is None) == ("delivered", "sftp", False)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["cancelled", "delivered", "returned-letter"])
def test_what_is_final_stays(status):
    row = letter(status=status)

    found = read(f"{row.reference}|Failed|1|Sorted")

    assert (status_of(row), found.repeated) == (status, 1)


@pytest.mark.django_db
def test_neither_texts_nor_letters_that_are_not_real_are_meant():
    test_letter = letter(key_type="test", is_real=False)
    text = NotificationFactory(status="sending", reference="B" * 16)

    found = read(f"{test_letter.reference}|Sent|1|Sorted", f"{'B' * 16}|Sent|1|Sorted")

    assert found.unknown == [test_letter.reference, "B" * 16]
    assert (status_of(test_letter), status_of(text)) == ("sending", "sending")
