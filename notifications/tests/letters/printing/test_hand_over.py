"""Letters on their way to a printer that takes them one by one."""

import hashlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from freezegun import freeze_time

from notifications import lifecycle
from notifications.letters import files as letter_files
from notifications.letters.printing import singly
from notifications.letters.printing.hand_over import NotHandedOver
from notifications.letters.tasks import hand_over_print_batches
from notifications.models import DeliveryEvent, LetterPrintBatch, Notification
from notifications.providers.base import OutcomeUnknown
from notifications.providers.dvla import Dvla
from notifications.receipts.callback_tokens import PrintJob, job_in
from notifications.statuses import Status
from notifications.tests.letters.printing.world import (
    PDF,
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
from notify_project.storage import StorageAway
from notify_project.tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(seconds=181)


@pytest.fixture(autouse=True)
def _switched_on(transactional_db):
    switch_on()


@pytest.fixture
def later():
    """Let three minutes pass."""
    with freeze_time(clock.now() + LATER, tick=True):
        yield


def test_each_letter_reaches_the_printer_and_is_sending(printer):
    template = a_template()
    rows = [ready(template) for _ in range(12)]

    run()

    assert sorted(printer.ids) == sorted(str(row.id) for row in rows)
    assert {status_of(row) for row in rows} == {"sending"}
    assert {(row.sent_by, row.sent_at is not None, row.claimed_until) for row in rows} == {
        ("dvla", True, None)
    }
    assert states() == ["uploaded"]
    sent = {letter["id"]: letter for letter in printer.letters}[str(rows[0].id)]
    assert sent["reference"] == rows[0].reference
    assert sent["sha256"] == hashlib.sha256(PDF).hexdigest()


def test_a_second_run_prints_nothing_again(printer):
    ready()

    run()
    run()

    assert len(printer.ids) == 1
    assert states() == ["uploaded"]


def test_two_workers_at_once_print_each_letter_once(printer):
    template = a_template()
    rows = [ready(template) for _ in range(20)]

    at_once(plan, plan)
    at_once(hand_over, hand_over)

    assert sorted(printer.ids) == sorted(str(row.id) for row in rows)
    assert printer.answers == ["ok"] * 20


def test_a_letter_whose_pages_are_made_during_the_run_is_printed_by_the_next(printer):
    row = ready(billable_units=0)

    run()
    lifecycle.count_sheets(row.id, 1, now=clock.now())
    run()

    assert printer.ids == [str(row.id)]


def test_letters_that_are_not_real_never_reach_the_printer_even_if_a_batch_names_them(printer):
    template = a_template()
    rows = [ready(template) for _ in range(3)]
    plan()
    Notification.objects.filter(id=rows[0].id).update(is_real=False)
    Notification.objects.filter(id=rows[1].id).update(is_real=False, key_type="test")
    Notification.objects.filter(id=rows[2].id).update(key_type="team")

    hand_over()

    assert printer.ids == []


@pytest.mark.parametrize("status", ["cancelled", "validation-failed", "technical-failure"])
def test_a_letter_that_was_moved_after_the_run_is_not_printed(printer, status):
    row = ready()
    plan()
    lifecycle.move(row.id, Status(status), now=clock.now())

    hand_over()

    assert printer.ids == []
    assert states() == ["uploaded"]


@pytest.mark.parametrize("reference", [None, "SHORT", "X" * 17])
def test_a_reference_that_was_changed_by_hand_stops_its_letter_alone(printer, reference, caplog):
    template = a_template()
    bad, good = ready(template), ready(template)
    plan()
    Notification.objects.filter(id=bad.id).update(reference=reference)

    hand_over()

    assert printer.ids == [str(good.id)]
    assert str(bad.id) in caplog.text
    bad.refresh_from_db()
    assert (bad.status, bad.failure_reason) == ("technical-failure", "reference")


def test_a_letter_without_its_pdf_ends_and_the_others_go_out(printer, caplog):
    template = a_template()
    bad, good = ready(template, pdf=None), ready(template)

    run()

    assert printer.ids == [str(good.id)]
    assert (status_of(bad), bad.failure_reason) == ("technical-failure", "file-missing")
    assert status_of(good) == "sending"
    assert f"letter {bad.id} cannot be handed over to the printer: file-missing" in caplog.text
    assert states() == ["uploaded"]


def test_letters_of_a_service_that_was_archived_end(printer):
    row = ready()
    plan()
    row.service.active = False
    row.service.save()

    hand_over()

    assert printer.ids == []
    assert (status_of(row), row.failure_reason) == ("technical-failure", "service-inactive")


@pytest.mark.parametrize("code", [500, 503])
def test_a_failing_printer_is_tried_again_after_three_minutes(printer, code):
    row = ready()
    printer.behave(mode="error", code=code)
    run()
    before = (status_of(row), states(), row.next_attempt_at - clock.now() > LATER / 2)

    printer.behave(mode="ok")
    hand_over()
    too_early = printer.ids
    wait_a_retry()
    hand_over()

    assert before == ("created", ["uploading"], True)
    assert too_early == []
    assert printer.ids == [str(row.id)]
    assert (status_of(row), states()) == ("sending", ["uploaded"])
    [event] = DeliveryEvent.objects.filter(notification_id=row.id)
    assert (event.outcome, event.code, event.attempt) == ("not-taken", str(code), 1)


def test_a_printer_that_took_the_letter_and_did_not_say_so_prints_it_once(printer):
    row = ready()
    printer.behave(mode="cut-taken")
    run()
    printer.behave(mode="ok")
    wait_a_retry()
    hand_over()

    assert printer.answers == ["cut", 409]
    assert printer.ids == [str(row.id)]
    assert status_of(row) == "sending"


def test_a_letter_that_the_printer_may_have_is_held_until_the_next_attempt(printer):
    row = ready()
    printer.behave(mode="cut")

    run()

    row.refresh_from_db()
    assert row.claimed_until == row.next_attempt_at > clock.now()
    lifecycle.erase([row.id], telling=[], now=clock.now())
    assert status_of(row) == "created"


def test_a_printer_that_wants_fewer_a_second_gets_all_at_no_cost(printer):
    template = a_template()
    rows = [ready(template) for _ in range(6)]
    printer.behave(per_second=4)

    run()
    waiting = Notification.objects.filter(status="created")
    attempts, is_soon = (
        set(waiting.values_list("delivery_attempts", flat=True)),
        LetterPrintBatch.objects.get().next_attempt_at < clock.now() + timedelta(seconds=10),
    )
    printer.behave(per_second=0)
    wait_a_retry()
    hand_over()

    assert (attempts, is_soon) == ({0}, True)
    assert len(printer.ids) == 6
    assert {status_of(row) for row in rows} == {"sending"}


def test_a_job_that_the_printer_refuses_ends_its_letter(printer, caplog):
    row = ready(pdf=b"no PDF")

    run()

    assert (status_of(row), row.failure_reason) == ("technical-failure", "printer: 400")
    assert "printer: 400" in caplog.text


def test_after_fifty_five_retries_a_letter_is_given_up(printer, caplog):
    row = ready()
    printer.behave(mode="error")
    plan()
    Notification.objects.filter(id=row.id).update(delivery_attempts=54)
    hand_over()
    after_the_54th_retry = status_of(row)
    wait_a_retry()
    hand_over()

    assert after_the_54th_retry == "created"
    assert (status_of(row), row.failure_reason) == ("technical-failure", "500")
    assert f"letter {row.id} cannot be handed over to the printer" in caplog.text


def test_who_dies_of_a_letter_too_often_loses_it(printer):
    row = ready()
    plan()
    Notification.objects.filter(id=row.id).update(delivery_attempts=56)

    hand_over()

    assert (status_of(row), row.failure_reason) == ("technical-failure", "attempts-used-up")


def test_a_printer_that_is_away_costs_most_letters_no_attempt(printer):
    template = a_template()
    for _ in range(40):
        ready(template)
    printer.behave(mode="error")

    run()

    tried = Notification.objects.filter(delivery_attempts=1).count()
    assert singly.FAILURES_IN_A_ROW <= tried < singly.FAILURES_IN_A_ROW + singly.THREADS
    assert LetterPrintBatch.objects.get().next_attempt_at > clock.now() + timedelta(minutes=2)


def test_what_a_dead_worker_held_is_handed_over_when_its_lease_ends(printer):
    row = ready()
    plan()
    now = clock.now()
    LetterPrintBatch.objects.update(state="uploading", claimed_until=now + timedelta(minutes=1))
    lifecycle.claim_letters_to_print([row.id], now=now, lease_until=now + timedelta(minutes=1))
    hand_over()
    too_early = printer.ids

    past = now - timedelta(seconds=1)
    LetterPrintBatch.objects.update(claimed_until=past)
    Notification.objects.update(claimed_until=past)
    hand_over()

    assert too_early == []
    assert printer.ids == [str(row.id)]
    assert (status_of(row), states()) == ("sending", ["uploaded"])


def test_a_batch_waits_for_a_letter_that_another_worker_holds(printer):
    row = ready()
    plan()
    now = clock.now()
    lease = now + timedelta(minutes=1)
    lifecycle.claim_letters_to_print([row.id], now=now, lease_until=lease)

    hand_over()

    batch = LetterPrintBatch.objects.get()
    assert (batch.state, batch.next_attempt_at) == ("uploading", lease)


def test_a_receipt_that_comes_before_the_hand_over_is_written_keeps_its_status(
    printer, monkeypatch
):
    row = ready()
    send = Dvla.send

    def send_and_hear(self, job):
        send(self, job)
        heard.append(job)

    heard = []
    monkeypatch.setattr(Dvla, "send", send_and_hear)
    record = lifecycle.record_outcomes

    def hear_first(outcomes, *, now):
        lifecycle.move(row.id, Status.DELIVERED, now=now)
        return record(outcomes, now=now)

    monkeypatch.setattr(singly.lifecycle, "record_outcomes", hear_first)

    run()

    assert (status_of(row), row.sent_by) == ("delivered", "dvla")
    assert row.sent_at is not None
    token = heard[0].callback_url.partition("?token=")[2]
    assert job_in(token) == PrintJob(row.id, row.id)


def test_an_erased_letter_is_not_printed(printer):
    row = ready()
    plan()
    Notification.objects.filter(id=row.id).update(to="")

    hand_over()

    assert printer.ids == []
    assert (status_of(row), row.failure_reason) == ("technical-failure", "erased")


def test_a_file_store_that_is_away_is_tried_again(printer, monkeypatch):
    row = ready()

    def away(_letter):
        raise StorageAway

    with monkeypatch.context() as patched:
        patched.setattr(letter_files, "find_pdf", away)
        run()
    before = status_of(row)
    wait_a_retry()
    hand_over()

    assert before == "created"
    assert status_of(row) == "sending"


def test_a_bug_that_one_letter_meets_leaves_the_others_alone(printer, monkeypatch, caplog):
    template = a_template()
    bad, good = ready(template), ready(template)
    send = Dvla.send

    def sometimes(self, job):
        if job.id == str(bad.id):
            raise ZeroDivisionError("1 Road")
        send(self, job)

    monkeypatch.setattr(Dvla, "send", sometimes)

    run()

    assert (status_of(bad), status_of(good)) == ("created", "sending")
    assert f"letter {bad.id} met a bug on its way to the printer: ZeroDivisionError" in caplog.text
    assert "1 Road" not in caplog.text


def test_a_batch_that_meets_a_bug_keeps_no_other_waiting(printer, monkeypatch):
    ready()
    plan()
    row = ready()
    plan()
    first, _ = LetterPrintBatch.objects.order_by("created_at")
    hand = singly.hand_over

    def sometimes(batch, *args, **kwargs):
        if batch.id == first.id:
            raise ZeroDivisionError
        hand(batch, *args, **kwargs)

    monkeypatch.setattr(singly, "hand_over", sometimes)

    with pytest.raises(NotHandedOver, match="1 print batches"):
        hand_over()

    assert printer.ids == [str(row.id)]


def test_a_batch_for_a_printer_that_is_gone_waits_and_it_is_said(printer, caplog):
    row = ready()
    plan()
    LetterPrintBatch.objects.update(provider="pigeon")

    hand_over()

    assert status_of(row) == "created"
    assert "pigeon is no printer" in caplog.text


def test_nothing_begins_when_it_is_late(printer):
    row = ready()
    plan()

    hand_over(minutes=-1)

    assert (status_of(row), states()) == ("created", ["planned"])


@pytest.mark.redis
def test_the_task_wakes_another_while_batches_are_due(printer, redis, recorded_tasks, monkeypatch):
    ready()
    plan()
    monkeypatch.setattr("notifications.letters.tasks._AT_A_TIME", timedelta(seconds=-1))
    hand_over_print_batches()
    woken = [task.function for task in recorded_tasks]
    monkeypatch.undo()

    assert woken == ["hand_over_print_batches"]
    assert states() == ["planned"]


def test_an_unknown_error_of_a_provider_is_named_by_its_code_alone():
    assert singly._code(OutcomeUnknown("ReadTimeout")) == "ReadTimeout"
    assert singly._code(ValueError("1 Road")) == "ValueError"


def test_the_threads_use_no_database(printer, monkeypatch):
    """A connection that a thread opened would stay open."""
    row = ready()
    switch = SimpleNamespace(used=[])
    attempt = singly.attempt

    def watched(*args):
        tried = attempt(*args)
        switch.used.append(connection.connection)
        return tried

    monkeypatch.setattr(singly, "attempt", watched)

    run()

    assert switch.used == [None]
    assert status_of(row) == "sending"
