"""Which letters go into one file, and what it is called."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from notifications.letters.printing import files as plan_files
from notifications.models import LetterPrintBatch, LetterPrintEntry, Notification
from notifications.tests.letters.print_files.conftest import statuses
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
State = LetterPrintBatch.State


def members():
    """Return the references of each file, in its order, by postage."""
    found = {}
    for entry in LetterPrintEntry.objects.select_related("batch").order_by("id"):
        found.setdefault(entry.batch.file_name, []).append(entry.reference)
    return list(found.values())


def test_a_file_holds_letters_of_one_postage_of_one_service(world):
    mine = [world.letter(postage="second"), world.letter(postage="second")]
    first = world.letter(postage="first")
    other = world.letter(template=TemplateFactory(letter=True), postage="second")

    planned = world.plan()

    assert sorted(members()) == sorted(
        [[row.reference for row in mine], [first.reference], [other.reference]]
    )
    assert [(each.provider, each.state) for each in planned] == 3 * [("sftp", "planned")]
    assert sum(each.letter_count for each in planned) == 4


def test_the_name_says_what_is_in_the_file(world):
    world.letter(postage="first")

    [batch] = world.plan()

    service = world.template.service
    assert re.fullmatch(
        rf"NOTIFY\.{batch.print_day}\.1\.001\.[\w-]{{20}}\.{service.id}\."
        rf"{service.organisation_id or 'NONE'}\.ZIP",
        batch.file_name,
    )


def test_the_same_letters_are_planned_once(world):
    world.letters(3)

    assert len(world.plan()) == 1
    assert world.plan() == []
    assert LetterPrintBatch.objects.count() == 1


def test_another_selection_gets_another_name(world):
    world.letter()
    [one] = world.plan()
    world.letter()
    [other] = world.plan()

    assert one.file_name != other.file_name


def test_a_file_that_failed_is_planned_again_under_its_name(world):
    world.letters(2)
    [before] = world.plan()
    LetterPrintBatch.objects.update(state=State.FAILED, attempts=6)

    [after] = world.plan()

    after.refresh_from_db()
    assert (after.id, after.state, after.attempts) == (before.id, "planned", 0)


def test_letters_of_a_file_that_is_there_are_on_their_way(world):
    rows = world.letters(2)
    world.plan()
    LetterPrintBatch.objects.update(state=State.UPLOADED)

    assert world.plan() == []
    assert statuses(rows) == ["sending", "sending"]


def test_a_letter_that_shall_be_printed_once_more_gets_another_file(world):
    [row] = world.letters(1)
    [before] = world.plan()
    LetterPrintBatch.objects.update(state=State.ACKNOWLEDGED)
    Notification.objects.filter(id=row.id).update(sent_at=world.now)

    [again] = world.plan()

    assert again.file_name == before.file_name.replace(".001.", ".002.")


def test_a_file_is_neither_too_long_nor_of_too_many_letters(world, monkeypatch):
    monkeypatch.setattr(plan_files, "MAX_LETTERS", 3)
    monkeypatch.setattr(plan_files, "MAX_BYTES", 100)
    at = [world.now - timedelta(seconds=9 - number) for number in range(6)]
    sizes = [10, 10, 10, 60, 60, 200]
    rows = [
        world.letter(pdf=b"x" * size, created_at=when) for size, when in zip(sizes, at, strict=True)
    ]

    world.plan()

    cuts = [0, 3, 4, 5, 6]
    assert members() == [
        [row.reference for row in rows[begin:end]] for begin, end in pairwise(cuts)
    ]


def test_a_letter_without_pdf_fails_and_the_others_go_out(world, caplog):
    gone, good = world.letter(pdf=None), world.letter()

    world.plan()

    assert members() == [[good.reference]]
    assert statuses([gone, good]) == ["technical-failure", "created"]
    assert str(gone.id) in caplog.text


def test_a_pdf_stored_under_another_postage_is_found(world):
    row = world.letter(postage="second")
    Notification.objects.filter(id=row.id).update(postage="first")

    [batch] = world.plan()

    assert batch.postage == "first"
    assert world.hand_over().state == "uploaded"
