"""Letters that are printed once more, and printers that are switched over meanwhile."""

from datetime import timedelta
from uuid import UUID

import pytest

from notifications import lifecycle
from notifications.letters.cancel import cancel_letter
from notifications.letters.printing import singly
from notifications.letters.printing.ready import ready_letters
from notifications.models import LetterPrintBatch, Notification, ProviderDetails, RejectedPrintJob
from notifications.providers.dvla import Dvla
from notifications.receipts.callback_tokens import PrintJob, job_in
from notifications.receipts.letter_event import LetterReport
from notifications.receipts.letters import apply_report
from notifications.retention.print_batches import purge_print_batches
from notifications.statuses import Status
from notifications.support import letters as support
from notifications.tests.letters.printing.world import (
    a_template,
    hand_over,
    plan,
    ready,
    run,
    states,
    status_of,
    switch_on,
    wait_a_retry,
)
from notify_project import clock
from notify_project.api.errors import BadRequest
from notify_project.tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
REJECTED, DESPATCHED = Status.TECHNICAL_FAILURE, Status.DELIVERED
NOT_WITH_PRINTER = {"planned", "uploaded", "acknowledged", "failed"}


@pytest.fixture(autouse=True)
def _switched_on(transactional_db):
    switch_on()


@pytest.fixture(autouse=True)
def _nothing_wakes(recorded_tasks):
    return recorded_tasks


def say(row, status, job_id=None):
    apply_report(LetterReport(row.id, status, 1 if status == DESPATCHED else None, "", job_id))


def send_again(row):
    row.refresh_from_db()
    support.send_again(row, actor=None, reason="the printer's fault")


def test_a_letter_that_the_printer_refused_is_printed_by_a_job_of_its_own(printer, monkeypatch):
    row = ready()
    send, urls = Dvla.send, []

    def watched(self, job):
        urls.append(job.callback_url)
        send(self, job)

    monkeypatch.setattr(Dvla, "send", watched)
    run()
    say(row, REJECTED, row.id)
    send_again(row)
    run()

    first, second = printer.ids
    assert printer.answers == ["ok", "ok"]
    assert (first, second != first) == (str(row.id), True)
    assert [letter["reference"] for letter in printer.letters] == [row.reference] * 2
    assert [job_in(url.partition("?token=")[2]) for url in urls] == [
        PrintJob(row.id, row.id),
        PrintJob(row.id, UUID(second)),
    ]
    assert status_of(row) == "sending"


@pytest.mark.parametrize("is_handed_over", [False, True])
def test_the_repeated_refusal_of_the_old_job_does_not_stop_the_new_one(
    printer, caplog, is_handed_over
):
    row = ready()
    run()
    say(row, REJECTED)
    send_again(row)
    if is_handed_over:
        run()
    caplog.clear()

    say(row, REJECTED)

    assert status_of(row) == ("sending" if is_handed_over else "created")
    assert "ERROR" not in {record.levelname for record in caplog.records}
    run()
    say(row, DESPATCHED, UUID(printer.ids[-1]))
    assert status_of(row) == "delivered"


def test_a_letter_that_is_refused_twice_has_a_third_job(printer):
    row = ready()
    run()
    say(row, REJECTED)
    send_again(row)
    run()
    say(row, REJECTED, UUID(printer.ids[-1]))
    assert status_of(row) == "technical-failure"
    send_again(row)
    run()

    assert len(set(printer.ids)) == len(printer.ids) == 3
    assert printer.answers == ["ok"] * 3
    assert status_of(row) == "sending"


def test_a_new_job_that_the_printer_took_without_a_word_is_printed_once(printer):
    row = ready()
    run()
    say(row, REJECTED)
    send_again(row)
    printer.behave(mode="cut-taken")
    run()
    printer.behave(mode="ok")
    wait_a_retry()
    hand_over()

    assert printer.answers == ["ok", "cut", 409]
    assert len(printer.ids) == 2
    assert status_of(row) == "sending"


def test_what_we_gave_up_keeps_its_job_unless_the_printer_refuses_it_after_that(printer):
    template = a_template()
    taken, refused = ready(template), ready(template)
    printer.behave(mode="cut-taken")
    plan()
    Notification.objects.update(delivery_attempts=55)
    hand_over()
    assert {status_of(taken), status_of(refused)} == {"technical-failure"}
    printer.behave(mode="ok")

    say(refused, REJECTED)
    for row in (taken, refused):
        send_again(row)
    run()

    assert sorted(map(str, printer.answers)) == ["409", "cut", "cut", "ok"]
    assert printer.ids.count(str(taken.id)) == 1
    assert len(printer.ids) == 3
    assert {status_of(taken), status_of(refused)} == {"sending"}


def test_refusals_are_forgotten_with_the_batches():
    row = ready(pdf=None)
    say(row, REJECTED)
    now = clock.now()

    purge_print_batches(now + timedelta(days=89))
    kept = RejectedPrintJob.objects.count()
    purge_print_batches(now + timedelta(days=91))

    assert (kept, RejectedPrintJob.objects.count()) == (1, 0)


@pytest.mark.parametrize("way", ["cancelled", "erased"])
def test_a_letter_that_is_sent_again_can_be_stopped_before_the_next_run(printer, redis, way):
    row = ready(created_at=clock.now())
    plan(clock.now() + timedelta(seconds=1))
    hand_over()
    say(row, REJECTED)
    send_again(row)
    assert (status_of(row), states()) == ("created", ["uploaded"])

    if way == "erased":
        lifecycle.erase([row.id], telling=[], now=clock.now())
    else:
        cancel_letter(row.service_id, row.id)
    run()

    assert status_of(row) == "cancelled"
    assert printer.ids == [str(row.id)]


def test_a_letter_that_was_erased_is_not_sent_again():
    row = ready(status="technical-failure", pdf=None)
    lifecycle.erase([row.id], telling=[], now=clock.now())

    with pytest.raises(BadRequest, match="is erased"):
        send_again(row)

    assert status_of(row) == "technical-failure"


@pytest.mark.parametrize("state", LetterPrintBatch.State.values)
def test_a_letter_is_erased_unless_the_printer_may_have_its_batch(state):
    row = ready(pdf=None)
    plan()
    LetterPrintBatch.objects.update(state=state)

    lifecycle.erase([row.id], telling=[], now=clock.now())

    row.refresh_from_db()
    assert (status_of(row), row.to) == ("cancelled" if state in NOT_WITH_PRINTER else "created", "")


@pytest.mark.parametrize(("first", "second"), [("dvla", "sftp"), ("sftp", "dvla")])
def test_what_is_planned_for_a_printer_that_is_switched_off_goes_to_the_next_one(
    printer, caplog, first, second
):
    row = ready()
    switch_off("dvla")
    switch_on(first)
    plan()
    switch_off(first)
    switch_on(second)

    hand_over()

    assert (status_of(row), states()) == ("created", ["failed"])
    assert f"{first} is switched off: the next run takes its letters" in caplog.text
    assert printer.ids == []
    plan()
    latest = LetterPrintBatch.objects.get(state="planned")
    assert (latest.provider, latest.letter_count) == (second, 1)


def test_a_printer_that_comes_to_another_does_not_take_its_batches(printer):
    row = ready()
    plan()
    switch_on("sftp")
    ProviderDetails.objects.filter(identifier="sftp").update(priority=100)

    hand_over()

    assert printer.ids == [str(row.id)]
    row.refresh_from_db()
    assert (status_of(row), row.sent_by) == ("sending", "dvla")


def test_a_batch_that_was_begun_ends_at_its_printer_though_that_is_switched_off(printer):
    row = ready()
    printer.behave(mode="cut-taken")
    run()
    switch_off("dvla")
    printer.behave(mode="ok")

    wait_a_retry()
    hand_over()

    assert printer.ids == [str(row.id)]
    assert (status_of(row), states()) == ("sending", ["uploaded"])


@pytest.mark.parametrize("said", [DESPATCHED, REJECTED])
def test_who_printed_is_known_though_the_worker_died_before_it_said_so(printer, monkeypatch, said):
    row = ready()
    with monkeypatch.context() as patched:
        patched.setattr(singly.lifecycle, "record_outcomes", die)
        with pytest.raises(Exception, match="1 print batches"):
            run()

    say(row, said)

    row.refresh_from_db()
    assert (status_of(row), row.sent_by) == (said, "dvla")


def test_each_letter_is_printed_once_by_two_runs_while_pages_are_made(printer):
    template = a_template()
    made = [ready(template) for _ in range(10)]
    unmade = [ready(template, billable_units=0) for _ in range(10)]

    def make():
        for row in unmade:
            lifecycle.count_sheets(row.id, 1, now=clock.now())

    at_once(run, make, run)
    run()

    assert sorted(printer.ids) == sorted(str(row.id) for row in (*made, *unmade))
    assert {status_of(row) for row in (*made, *unmade)} == {"sending"}
    assert list(ready_letters(clock.now())) == []


def switch_off(name):
    ProviderDetails.objects.filter(identifier=name).update(active=False)


def die(*_args, **_options):
    raise ZeroDivisionError
