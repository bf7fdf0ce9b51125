"""What the printer writes: fetched, recorded, and only then removed."""

import logging
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from notifications.letters.printing import from_printer
from notifications.letters.printing.acknowledgements import acknowledge_file, alert_on_missing
from notifications.letters.printing.file_tasks import (
    alert_on_unacknowledged_files,
    read_printer_files,
)
from notifications.letters.printing.from_printer import FilesNotRead
from notifications.models import DailySortedLetter, LetterPrintBatch, Notification
from notifications.tests.letters.print_files.conftest import statuses
from notify_project import clock
from notify_project.models import AuditEvent

pytestmark = pytest.mark.django_db
State = LetterPrintBatch.State


@pytest.fixture
def configured(stub, settings):
    settings.PROVIDER_OPTIONS = {**settings.PROVIDER_OPTIONS, "sftp": stub.options}


@pytest.fixture
def printed(world, stub, configured):
    """Print two letters; return them and their file."""
    rows = world.letters(2)
    world.plan()
    batch = world.hand_over()
    stub.printing.take()
    return rows, batch


def left(stub):
    return sorted(path.name for path in (stub.folder / "from-printer").iterdir())


def test_a_file_is_acknowledged_and_its_letters_are_delivered(printed, stub):
    rows, batch = printed
    stub.printing.acknowledge([batch.file_name])
    stub.printing.respond([f"{row.reference}|Sent|1|Sorted" for row in rows])

    read_printer_files()

    batch.refresh_from_db()
    assert (batch.state, batch.acknowledged_at is None) == ("acknowledged", False)
    assert statuses(rows) == ["delivered", "delivered"]
    assert left(stub) == []


def test_files_that_come_again_change_nothing(printed, stub):
    rows, batch = printed
    for _ in range(3):
        at = datetime(2026, 6, 30, 12, tzinfo=UTC)
        stub.printing.acknowledge([batch.file_name], at=at)
        lines = [f"{row.reference}|Sent|1|Sorted" for row in rows]
        stub.printing.respond(lines, written="20260630120060")
        read_printer_files()

    assert statuses(rows) == ["delivered", "delivered"]
    [counts] = DailySortedLetter.objects.values_list("sorted_count", "unsorted_count")
    assert counts == (2, 0)


def test_a_file_that_meets_a_bug_stays_and_the_others_are_read(printed, stub, monkeypatch):
    rows, batch = printed
    stub.printing.acknowledge([batch.file_name])
    kept = stub.printing.respond([f"{row.reference}|Sent|1|Sorted" for row in rows])

    def stumble(*_args, **_values):
        raise ZeroDivisionError

    monkeypatch.setattr(from_printer, "apply_file", stumble)
    with pytest.raises(FilesNotRead):
        read_printer_files()

    batch.refresh_from_db()
    assert (left(stub), batch.state) == ([kept], "acknowledged")


def test_a_file_without_end_is_left_and_takes_no_memory(stub, configured, monkeypatch, caplog):
    monkeypatch.setattr(from_printer, "MAX_BYTES", 4)
    stub.printing.acknowledge(["x.ZIP"])
    names = left(stub)

    with pytest.raises(FilesNotRead):
        read_printer_files()

    assert (left(stub), len(names)) == (names, 1)
    assert f"file {names[0]} of printer sftp is too large" in caplog.text


def test_characters_that_no_name_has_keep_no_other_line_from_being_read(printed):
    _, batch = printed

    found = acknowledge_file(
        "NOTIFY-20260630120000-ACK.TXT", f"\0|\n{batch.file_name}|".encode(), now=clock.now()
    )

    assert (found.batches, found.unknown) == (1, ["\0"])


def test_what_is_not_for_us_is_left_alone(stub, configured):
    (stub.folder / "from-printer" / "README").write_text("hello")

    read_printer_files()

    assert left(stub) == ["README"]


def test_a_printer_that_is_away_is_asked_later(caplog):
    read_printer_files()

    assert "not read: connect" in caplog.text


def test_no_account_is_no_printer(settings, caplog):
    settings.PROVIDER_OPTIONS = {"sftp": {"host": "", "username": "", "host_keys": ""}}

    read_printer_files()

    assert caplog.text == ""


def test_a_file_of_which_nobody_knew_is_acknowledged_with_its_letters(printed):
    rows, batch = printed
    LetterPrintBatch.objects.update(state=State.UNCLEAR)
    Notification.objects.update(status="created", sent_at=None)

    acknowledge_file("x", f"{batch.file_name}|12\nother.ZIP|13\n".encode(), now=clock.now())

    batch.refresh_from_db()
    assert batch.state == "acknowledged"
    assert statuses(rows) == ["sending", "sending"]


def test_at_night_the_files_are_named_that_nobody_acknowledged(printed, caplog):
    _, batch = printed

    alert_on_unacknowledged_files()

    assert batch.file_name in caplog.text
    assert caplog.records[-1].levelno == logging.ERROR
    acknowledge_file("x", f"{batch.file_name}|1".encode(), now=clock.now())
    assert alert_on_missing(clock.now()) == []


def test_a_file_is_read_by_hand(printed, tmp_path, capsys):
    rows, batch = printed
    response = tmp_path / "NOTIFY-20260630120000-RSP.TXT"
    response.write_text(f"{rows[0].reference}|Sent|1|Sorted\nnonsense\n{'A' * 16}|Sent|1|Odd\n")
    acknowledgement = tmp_path / "NOTIFY-20260630-ACK.TXT"
    acknowledgement.write_text(f"{batch.file_name}|2\n")

    call_command("read_printer_file", str(response))
    call_command("read_printer_file", str(acknowledgement))

    assert capsys.readouterr().out.splitlines() == [
        "3 lines: 1 letters delivered, 0 failed, 0 known before",
        "malformed: 2",
        "not counted as sorted or unsorted: a word is unknown",
        f"unknown: {'A' * 16}",
        "1 files acknowledged, 0 before",
    ]


@pytest.mark.parametrize("name", ["other.txt", "NOTIFY-20261330120000-RSP.TXT", "missing"])
def test_what_is_no_file_of_the_printer_is_refused(tmp_path, name):
    path = tmp_path / name
    if name != "missing":
        path.write_text("x")

    with pytest.raises(CommandError):
        call_command("read_printer_file", str(path))


@pytest.mark.parametrize(
    ("answer", "state", "status"),
    [("--printed", "uploaded", "sending"), ("--not-printed", "failed", "created")],
)
def test_a_person_decides_what_is_not_clear(world, answer, state, status):
    rows = world.letters(2)
    [batch] = world.plan()
    LetterPrintBatch.objects.update(state=State.UNCLEAR)

    call_command("decide_print_batch", batch.file_name, answer, "--reason", "asked by phone")

    batch.refresh_from_db()
    assert (batch.state, statuses(rows)) == (state, [status, status])
    assert AuditEvent.objects.get().reason == "asked by phone"
    with pytest.raises(CommandError, match=f"the print batch is {state}"):
        call_command("decide_print_batch", batch.file_name, answer)


def test_an_unknown_file_cannot_be_decided():
    with pytest.raises(CommandError, match="no print batch"):
        call_command("decide_print_batch", "x.ZIP", "--printed")
