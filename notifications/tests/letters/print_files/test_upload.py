"""A file's hand-over: at most once, whatever breaks, or a person decides."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from django.conf import settings as django_settings
from django.db import connection

from notifications import lifecycle
from notifications.letters import files as letter_files
from notifications.letters.printing import upload
from notifications.letters.printing.upload import hand_over
from notifications.models import Hold, LetterPrintBatch, Notification
from notifications.providers.sftp_printer import SftpPrinter
from notifications.tests.letters.print_files.conftest import statuses
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import clock
from notify_project.tests.at_once import at_once
from services.models import Service
from templates_app.tests.factories import TemplateFactory

State = LetterPrintBatch.State
db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def planned(world, number=2):
    rows = world.letters(number)
    world.plan()
    return rows


@db
def test_letters_reach_the_printer_in_one_file_and_are_on_their_way(world, stub):
    rows = planned(world, 3)

    batch = world.hand_over()

    [path] = (stub.folder / "to-printer").iterdir()
    assert path.name == batch.file_name
    with ZipFile(path) as file:
        assert [name.split(".")[1] for name in file.namelist()] == [
            row.reference for row in sorted(rows, key=lambda row: (row.created_at, row.id))
        ]
        assert {file.read(name) for name in file.namelist()} == {b"%PDF-1.4 pages"}
    assert batch.state == "uploaded"
    for row in rows:
        live, history = live_and_history(row.id)
        assert live == history
    row.refresh_from_db()
    assert (row.status, row.sent_by, row.claimed_until) == ("sending", "sftp", None)
    assert row.sent_at is not None


@db
def test_a_second_hand_over_of_an_uploaded_file_uploads_nothing(world, stub):
    rows = planned(world)
    batch = world.claim()
    hand_over(batch, world.printer)
    stub.printing.take()

    hand_over(batch, world.printer)

    assert sorted(stub.printing.references()) == sorted(row.reference for row in rows)
    assert (stub.printing.take(), world.states()) == ([], ["uploaded"])


@committed
def test_one_file_reaches_the_printer_of_two_hand_overs_at_once(world, stub):
    rows = planned(world)
    batch = world.claim()
    same = LetterPrintBatch.objects.get(id=batch.id)

    at_once(lambda: hand_over(batch, world.printer), lambda: hand_over(same, world.printer))
    for _ in range(2):
        stub.printing.take()
        world.make_due()
        while again := world.claim():
            hand_over(again, world.printer)

    assert sorted(stub.printing.references()) == sorted(row.reference for row in rows)
    assert statuses(rows) == ["sending", "sending"]


@committed
def test_a_batch_goes_to_one_of_two_workers(world):
    planned(world)

    taken = []
    at_once(*2 * [lambda: taken.append(world.claim())])

    assert sorted(each is None for each in taken) == [False, True]


@pytest.fixture(scope="module")
def dying():
    """Start the process whose children die: it has loaded everything, and no thread."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    process = subprocess.Popen(
        [sys.executable, "-m", "notifications.tests.letters.print_files.child"],
        env=os.environ | {"DATABASE_URL": url},
        cwd=django_settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.communicate(timeout=30)


@pytest.fixture
def killed(world, stub, files, dying):
    def kill(point):
        """Hand over in a process that dies at a point."""
        batch = world.claim()
        letters = str(files / "letters")
        order = {"batch": str(batch.id), "point": point, "letters": letters, **stub.options}
        print(json.dumps(order), file=dying.stdin, flush=True)
        assert dying.stdout.readline().strip() == str(-signal.SIGKILL)
        stub.cut()
        world.make_due()

    return kill


@committed
@pytest.mark.parametrize("point", ["packed", "written", "offered", "named"])
def test_a_hand_over_that_is_killed_is_done_once_by_the_next(world, stub, killed, point):
    rows = planned(world)
    killed(point)

    batch = world.hand_over()

    assert batch.state == "uploaded"
    assert statuses(rows) == ["sending", "sending"]
    assert [path.name for path in (stub.folder / "to-printer").iterdir()] == [batch.file_name]
    stub.printing.take()
    assert sorted(stub.printing.references()) == sorted(row.reference for row in rows)


@committed
def test_a_person_decides_of_a_file_that_the_printer_took_from_the_dying(world, stub, killed):
    rows = planned(world)
    stub.faults.take_at_once = True
    killed("named")

    batch = world.hand_over()

    assert batch.state == "unclear"
    assert len(stub.printing.references()) == 2
    assert statuses(rows) == ["created", "created"]
    # Nobody cancels, erases or plans them meanwhile.
    assert (
        Notification.objects.filter(claimed_until__gt=world.now + timedelta(days=999)).count() == 2
    )
    assert world.plan() == []
    assert world.claim(after=timedelta(days=1)) is None


def again(world):
    """Hand over what was given back."""
    return world.hand_over(after=upload.RETRY_AFTER)


@db
def test_a_printer_that_is_away_gets_the_file_later(world, stub):
    rows = planned(world)
    port, stub.port = stub.port, 1

    batch = world.hand_over()

    assert (batch.state, batch.attempts) == ("planned", 1)
    assert world.claim() is None
    assert not Notification.objects.exclude(claimed_until=None).exists()
    stub.port = port
    assert again(world).state == "uploaded"
    assert statuses(rows) == ["sending", "sending"]


@db
def test_a_file_that_is_never_taken_is_left_to_the_next_run(world, stub, caplog):
    rows = planned(world)
    stub.port = 1

    states = [world.hand_over().state]
    for _ in range(upload.RETRIES):
        LetterPrintBatch.objects.update(next_attempt_at=None)
        states.append(world.hand_over().state)

    assert states == ["planned"] * upload.RETRIES + ["failed"]
    assert statuses(rows) == ["created", "created"]
    assert "given up" in caplog.text
    assert len(world.plan()) == 1


@db
@pytest.mark.parametrize(
    ("fault", "value"), [("cut_after", 100), ("lost_bytes", 3), ("cut_before_rename", True)]
)
def test_a_broken_upload_is_no_upload(world, stub, fault, value):
    planned(world)
    whole = getattr(stub.faults, fault)
    setattr(stub.faults, fault, value)

    assert world.hand_over().state == "planned"
    assert stub.printing.take() == []
    setattr(stub.faults, fault, whole)
    assert again(world).state == "uploaded"
    assert len(list((stub.folder / "to-printer").iterdir())) == 1


@db
def test_a_file_that_is_there_is_there_whatever_the_printer_answered(world, stub):
    planned(world)
    stub.faults.cut_after_rename = True

    assert world.hand_over().state == "uploaded"
    assert len(list((stub.folder / "to-printer").iterdir())) == 1


@db
def test_a_printer_that_goes_away_with_the_answer_is_asked_later(world, stub, monkeypatch):
    planned(world)
    stub.faults.cut_after_rename = True
    port, rename = stub.port, upload._is_named

    def rename_and_go(*args):
        try:
            return rename(*args)
        finally:
            stub.port = 1

    printer = SftpPrinter(stub.options)
    monkeypatch.setattr(upload, "_is_named", rename_and_go)
    monkeypatch.setattr(type(world), "printer", property(lambda self: printer))
    connect = SftpPrinter.connect
    monkeypatch.setattr(
        SftpPrinter,
        "connect",
        lambda self: connect(SftpPrinter({**self.options, "port": str(stub.port)})),
    )

    batch = world.hand_over()

    assert (batch.state, batch.offered_attempt) == ("uploading", 1)
    assert Notification.objects.filter(claimed_until=None).count() == 0
    stub.port = port
    assert again(world).state == "uploaded"


@db
def test_what_another_put_there_under_the_name_is_not_replaced(world, stub):
    planned(world)
    [batch] = LetterPrintBatch.objects.all()
    path = stub.folder / "to-printer" / batch.file_name
    path.write_bytes(b"other")

    assert world.hand_over().state == "unclear"
    assert path.read_bytes() == b"other"


def cancel(row):
    assert lifecycle.cancel_letter(row.id, now=clock.now())


def lose_reference(row):
    Notification.objects.filter(id=row.id).update(reference=None)


def lengthen_reference(row):
    Notification.objects.filter(id=row.id).update(reference=f"{row.reference}0")


def lose_pdf(row):
    letter_files.delete_all(row)


def lose_reality(row):
    Notification.objects.filter(id=row.id).update(is_real=False)


@db
@pytest.mark.parametrize(
    ("change", "status"),
    [
        (cancel, "cancelled"),
        (lose_reference, "technical-failure"),
        (lengthen_reference, "technical-failure"),
        (lose_pdf, "technical-failure"),
        (lose_reality, "created"),
    ],
)
def test_the_others_go_out_in_another_file_if_a_letter_does_not(world, stub, change, status):
    changed, *others = planned(world, 3)
    change(changed)

    assert world.hand_over().state == "failed"
    assert world.hand_over().state == "uploaded"
    assert world.claim() is None

    stub.printing.take()
    assert sorted(stub.printing.references()) == sorted(row.reference for row in others)
    assert statuses([changed, *others]) == [status, "sending", "sending"]


@db
def test_letters_of_a_service_that_is_not_active_fail(world, stub):
    rows = planned(world)
    Service.objects.update(active=False)

    assert world.hand_over().state == "failed"

    assert statuses(rows) == 2 * ["technical-failure"]
    assert (stub.printing.take(), stub.connections) == ([], 0)


@db
def test_a_letter_that_is_claimed_is_not_offered_once_its_file_is_not_ours(world, stub):
    planned(world)
    batch = world.claim()
    LetterPrintBatch.objects.update(attempts=2)

    hand_over(batch, world.printer)

    assert stub.printing.take() == []
    assert world.states() == ["uploading"]


@db
def test_the_storage_is_away_and_nothing_is_handed_over(world, stub, files):
    rows = planned(world)
    (files / "letters").rename(files / "aside")
    (files / "letters").write_bytes(b"")

    assert world.hand_over().state == "planned"

    assert statuses(rows) == ["created", "created"]
    assert stub.connections == 0


@db
def test_a_file_is_planned_anew_without_what_was_held_meanwhile(world, stub):
    held = world.letter(template=TemplateFactory(letter=True, service=world.template.service))
    rows = planned(world, 2)
    Hold.objects.create(kind="template", key=held.template_id, reason="wrong text")

    given_up = world.hand_over()
    batch = world.hand_over()

    assert (given_up.state, batch.state, batch.letter_count) == ("failed", "uploaded", 2)
    assert statuses([held, *rows]) == ["created", "sending", "sending"]
    assert len(list((stub.folder / "to-printer").iterdir())) == 1


@db
def test_a_file_is_not_handed_over_to_a_printer_that_is_held(world, stub):
    rows = planned(world, 2)
    Hold.objects.create(kind="provider", key="sftp", reason="maintenance")

    assert world.claim() is None
    assert statuses(rows) == ["created", "created"]


@db
def test_a_service_that_is_held_while_its_file_is_written_is_held_before_its_last_step(world, stub):
    rows = planned(world, 2)
    batch = world.claim()

    class Slow(SftpPrinter):
        def connect(self):
            Hold.objects.create(kind="service", key=batch.service_id, reason="wrong text")
            return super().connect()

    hand_over(batch, Slow(world.stub.options))

    batch.refresh_from_db()
    assert batch.state == "failed"
    assert statuses(rows) == ["created", "created"]
    assert list((stub.folder / "to-printer").iterdir()) == []
