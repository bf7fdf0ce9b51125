"""Which letters a run takes, in which batches, and when it may begin."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from notifications.letters import files as letter_files
from notifications.letters.print_day import print_day
from notifications.letters.printing import collate as collating
from notifications.letters.printing import ready as readying
from notifications.letters.printing.collate import collate, deadline_now
from notifications.letters.printing.printers import NoPrinter
from notifications.letters.printing.ready import deadline_of, ready_letters
from notifications.letters.tasks import collate_letters
from notifications.models import LetterPrintBatch, LetterPrintEntry, Notification
from notifications.tests.factories import NotificationFactory
from notifications.tests.letters.printing.world import (
    a_template,
    plan,
    ready,
    states,
    status_of,
    switch_on,
)
from notify_project import clock
from notify_project.clock import LONDON

HALF_PAST_FIVE = [
    # Summer, winter, both changes of the clock, a Saturday, a Sunday, Christmas, New Year's Eve.
    *(date(2026, 7, 2), date(2026, 1, 8), date(2026, 3, 29), date(2026, 10, 25)),
    *(date(2026, 6, 6), date(2026, 6, 7), date(2026, 12, 25), date(2026, 12, 31)),
]


def planned():
    """Return the references of each batch, in the order of the run."""
    batches = LetterPrintBatch.objects.order_by("created_at", "id")
    return [
        list(batch.entries.order_by("id").values_list("reference", flat=True)) for batch in batches
    ]


@pytest.mark.parametrize("day", HALF_PAST_FIVE, ids=str)
def test_print_day_and_run_agree_for_every_second_around_half_past_five(day):
    deadline = deadline_of(day)
    around = [deadline + timedelta(seconds=seconds) for seconds in range(-120, 121)]

    disagreeing = [at for at in around if (print_day(at) <= day) != (at < deadline)]

    assert disagreeing == []
    assert print_day(deadline - datetime.resolution) == day
    assert deadline.astimezone(LONDON).strftime("%H:%M:%S.%f") == "17:30:00.000000"


@pytest.mark.django_db
@pytest.mark.parametrize("day", HALF_PAST_FIVE, ids=str)
def test_the_run_takes_what_lies_in_a_folder_up_to_its_own_day(day):
    deadline, template = deadline_of(day).astimezone(UTC), a_template()
    for microseconds in (-1_000_000, -1, 0, 1, 1_000_000):
        at = deadline + timedelta(microseconds=microseconds)
        NotificationFactory(template=template, billable_units=1, created_at=at)

    taken = {letter.id for letter in ready_letters(deadline)}

    folders = {row.id: letter_files.folder_of(row) for row in Notification.objects.all()}
    assert taken == {key for key, folder in folders.items() if folder <= f"letters/{day}"}
    assert len(taken) == 2


@pytest.mark.django_db
def test_letters_are_planned_by_service_then_age_and_those_left_over_with_them(monkeypatch):
    monkeypatch.setattr(readying, "PAGE", 2)
    switch_on()
    now = clock.now()
    templates = sorted((a_template() for _ in range(2)), key=lambda each: each.service_id)
    second, first = (
        [ready(each, pdf=None, created_at=now - timedelta(days=days)) for days in (9, 2, 1)]
        for each in reversed(templates)
    )

    planned_now = plan()

    assert planned() == [[row.reference for row in (*first, *second)]]
    assert (planned_now.batches, planned_now.letters, planned_now.sheets) == (1, 6, 6)


@pytest.mark.django_db
def test_what_is_not_ready_is_not_planned():
    switch_on()
    template = a_template()
    ready(template, pdf=None, billable_units=0)
    ready(template, pdf=None, key_type="team")
    ready(template, pdf=None, is_real=False, key_type="test")
    ready(template, pdf=None, is_real=False)
    ready(template, pdf=None, status="cancelled")
    ready(template, pdf=None, status="sending")
    ready(template, pdf=None, status="technical-failure")
    ready(template, pdf=None, created_at=clock.now() + timedelta(minutes=1))

    assert plan().letters == 0
    assert states() == []


@pytest.mark.django_db
def test_a_hundred_letters_make_a_batch(monkeypatch):
    monkeypatch.setattr(collating, "SINGLY_AT_A_TIME", 2)
    switch_on()
    template = a_template()
    for _ in range(5):
        ready(template, pdf=None)

    plan()

    rows = LetterPrintBatch.objects.order_by("created_at", "id")
    assert list(rows.values_list("letter_count", "state", "provider", "file_name")) == [
        (2, "planned", "dvla", None),
        (2, "planned", "dvla", None),
        (1, "planned", "dvla", None),
    ]


@pytest.mark.django_db
def test_a_run_begun_twice_plans_no_letter_twice():
    switch_on()
    ready(pdf=None)

    plan()
    ready(pdf=None)
    again = plan()

    assert again.letters == 1
    assert LetterPrintEntry.objects.count() == 2


@pytest.mark.django_db
def test_a_letter_of_a_batch_that_failed_is_planned_again():
    switch_on()
    ready(pdf=None)
    plan()

    LetterPrintBatch.objects.update(state="failed")

    assert plan().letters == 1


@pytest.mark.django_db
@pytest.mark.parametrize("reference", [None, "ABC", "A" * 17, "abcdefghijklmnop"])
def test_a_letter_without_a_printable_reference_ends_and_is_named_and_others_go_on(
    reference, caplog
):
    switch_on()
    template = a_template()
    bad, good = ready(template, pdf=None), ready(template, pdf=None)
    Notification.objects.filter(id=bad.id).update(reference=reference)

    plan()

    assert planned() == [[good.reference]]
    assert str(bad.id) in caplog.text
    bad.refresh_from_db()
    assert (bad.status, bad.failure_reason) == ("technical-failure", "reference")


@pytest.mark.django_db
def test_without_a_printer_nothing_is_lost_and_it_is_said(caplog):
    row = ready(pdf=None)

    with pytest.raises(NoPrinter):
        plan()

    assert status_of(row) == "created"
    assert "1 letters are ready and not printed" in caplog.text


@pytest.mark.django_db
def test_the_volumes_are_emailed_and_count_ready_letters_alone(settings):
    settings.LETTER_VOLUME_ADDRESSES = ["print@printer.example", "boss@printer.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    switch_on()
    switch_on("smtp", "email")
    template = a_template()
    ready(template, pdf=None, postage="first", billable_units=2)
    ready(template, pdf=None, billable_units=3)
    ready(template, pdf=None, billable_units=5)
    ready(template, pdf=None, billable_units=0)
    ready(template, pdf=None, is_real=False)
    ready(template, pdf=None, status="cancelled")
    unprintable = ready(template, pdf=None, billable_units=7)
    Notification.objects.filter(id=unprintable.id).update(reference=None)

    collate(deadline_of(print_day(clock.now())) + timedelta(days=1))

    assert [email.to for email in mail.outbox] == [
        ["print@printer.example"],
        ["boss@printer.example"],
    ]
    assert mail.outbox[0].body.strip().splitlines()[2:] == [
        "total: 3 letters, 10 sheets",
        "first: 1 letters, 2 sheets",
        "second: 2 letters, 8 sheets",
    ]


@pytest.mark.django_db
def test_that_the_volumes_cannot_be_sent_stops_no_letter(settings, caplog):
    settings.LETTER_VOLUME_ADDRESSES = ["print@printer.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    # No instance with a connection that another test left open.
    settings.PROVIDER_OPTIONS = settings.PROVIDER_OPTIONS | {"smtp": {"kept": "none"}}
    switch_on()
    switch_on("smtp", "email")
    ready(pdf=None)

    assert plan().letters == 1

    assert "the volumes of the print run are not sent" in caplog.text


@pytest.mark.parametrize(
    ("now", "deadline"),
    [
        ("2026-07-02T16:49:59Z", None),
        ("2026-07-02T16:50:00Z", "2026-07-02T16:30:00+00:00"),
        ("2026-07-02T17:49:59Z", "2026-07-02T16:30:00+00:00"),
        ("2026-07-02T17:50:00Z", None),
        ("2026-01-10T17:50:00Z", "2026-01-10T17:30:00+00:00"),
        ("2026-01-10T16:50:00Z", None),
        ("2026-10-25T17:50:00Z", "2026-10-25T17:30:00+00:00"),
        ("2026-03-29T16:50:00Z", "2026-03-29T16:30:00+00:00"),
    ],
)
def test_a_run_begins_from_1750_to_1850_in_london(now, deadline):
    found = deadline_now(datetime.fromisoformat(now))

    assert (found and found.astimezone(UTC).isoformat()) == deadline


@pytest.mark.django_db
def test_the_task_does_nothing_outside_its_hour_but_says_so(caplog):
    switch_on()
    with freeze_time("2026-07-02T18:00:00Z"):
        ready(pdf=None)
        collate_letters()

    assert states() == []
    assert "the print run was not begun in its hour" in caplog.text


@pytest.mark.redis
@pytest.mark.django_db
def test_the_task_plans_and_wakes_the_hand_over(recorded_tasks, redis):
    switch_on()
    with freeze_time("2026-07-02T16:55:00Z"):
        ready(pdf=None)
        ready(pdf=None, created_at=datetime(2026, 7, 2, 16, 30, tzinfo=UTC))
        collate_letters()

    assert LetterPrintBatch.objects.values_list("letter_count", "print_day").get() == (
        1,
        date(2026, 7, 2),
    )
    assert [task.function for task in recorded_tasks] == ["hand_over_print_batches"]


def command(**options):
    out = StringIO()
    call_command("collate_letters", stdout=out, **options)
    return out.getvalue().strip()


@pytest.mark.django_db
def test_the_command_counts_without_changing_anything():
    ready(pdf=None, billable_units=2)

    told = command(dry_run=True, deadline="2099-01-01 17:30")

    assert told == "1 letters, 2 sheets would be printed"
    assert states() == []


@pytest.mark.redis
@pytest.mark.django_db
def test_the_command_plans_up_to_a_deadline_in_london(recorded_tasks, redis):
    switch_on()
    ready(pdf=None, created_at=datetime(2026, 7, 2, 16, 29, 59, tzinfo=UTC))
    ready(pdf=None, created_at=datetime(2026, 7, 2, 16, 30, tzinfo=UTC))

    told = command(deadline="2026-07-02 17:30")

    assert told == "1 letters, 1 sheets in 1 batches"
    assert [task.function for task in recorded_tasks] == ["hand_over_print_batches"]


@pytest.mark.django_db
@freeze_time("2026-07-02T12:00:00Z")
@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "give a --deadline"),
        ({"deadline": "tomorrow"}, "--deadline takes 'YYYY-MM-DD HH:MM', not tomorrow"),
        ({"deadline": "2026-07-02 17:30"}, "no printer is active"),
    ],
)
def test_the_command_says_what_is_wrong(options, problem):
    with pytest.raises(CommandError, match=problem):
        command(**options)
