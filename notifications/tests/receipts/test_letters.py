import logging
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from notifications import lifecycle
from notifications.models import HISTORY_COLUMNS, CallbackDelivery, Notification
from notifications.models import NotificationHistory as History
from notifications.receipts.letter_event import LetterReport
from notifications.receipts.letters import apply_report
from notifications.receipts.tasks import apply_letter_report
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notifications.tests.receipts.night import delete_while
from notify_project import clock

pytestmark = pytest.mark.django_db

POSTED, REFUSED = Status.DELIVERED, Status.TECHNICAL_FAILURE


def letter(status="sending", **values):
    return NotificationFactory(letter=True, status=status, billable_units=2, **values)


def report(row, status=POSTED, sheets=2):
    apply_report(LetterReport(row.id, status, sheets if status == POSTED else None, "b5d9b2bd"))


def statuses(row):
    """Return the status in both tables, whose shared columns must agree where both are."""
    names = ", ".join(f"n.{name} IS DISTINCT FROM h.{name}" for name in HISTORY_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names} FROM notifications n JOIN notification_history h USING (id)"
        )
        assert not [name for found in cursor.fetchall() for name in found if name]
    return tuple(
        model.objects.filter(id=row.id).values_list("status", flat=True).first()
        for model in (Notification, History)
    )


def errors(caplog):
    return [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR]


def test_a_letter_that_was_posted_is_delivered(caplog):
    row = letter(sent_by="printer")

    report(row)

    assert statuses(row) == ("delivered", "delivered")
    assert errors(caplog) == []
    assert Notification.objects.get().sent_by == "printer"


def test_a_letter_that_is_refused_fails_and_the_operator_is_told(caplog):
    row = letter()

    report(row, REFUSED)

    assert statuses(row) == ("technical-failure", "technical-failure")
    assert Notification.objects.get().failure_reason == "rejected-by-printer"
    assert errors(caplog) == [f"the printer refuses letter {row.id}; its event is b5d9b2bd"]


def test_services_are_not_told_of_the_ends_of_letters():
    report(letter())

    assert not CallbackDelivery.objects.exists()


def test_a_letter_with_other_sheets_is_an_error_and_is_charged_as_it_was_made(caplog):
    row = letter()

    report(row, sheets=3)

    assert statuses(row) == ("delivered", "delivered")
    assert errors(caplog) == [f"letter {row.id} has 2 sheets, the printer posted 3"]
    assert Notification.objects.get().billable_units == 2


@pytest.mark.parametrize("before", ["delivered", "technical-failure", "returned-letter"])
@pytest.mark.parametrize("said", [POSTED, REFUSED])
def test_a_report_that_comes_twice_or_late_changes_nothing(caplog, before, said):
    row = letter(before)

    report(row, said)

    assert statuses(row) == (before, before)
    assert errors(caplog) == []
    contradicts = before not in {said, "returned-letter"}
    assert (f"letter {row.id} as {said}, which is {before}" in caplog.text) == contradicts


@pytest.mark.parametrize("before", ["cancelled", "validation-failed"])
def test_a_letter_that_was_posted_and_should_not_is_an_error(caplog, before):
    row = letter(before)

    report(row)

    assert statuses(row) == (before, before)
    assert errors(caplog) == [f"a printer reports letter {row.id} as delivered, which is {before}"]


@pytest.mark.parametrize("said", [POSTED, REFUSED])
def test_a_report_that_overtakes_the_hand_over_stays(said):
    now = clock.now()
    row = letter("created", claimed_until=now + timedelta(seconds=180), delivery_attempts=1)

    report(row, said)
    accepted = lifecycle.Outcome(
        row.id, 1, Status.SENDING, accepted=True, sent_at=now, sent_by="printer"
    )
    moved = lifecycle.record_outcomes([accepted], now=now)
    lifecycle.try_letter_again(row.id, at=now)

    assert (statuses(row), moved) == ((said, said), [])
    row.refresh_from_db()
    assert (row.sent_by, row.claimed_until, row.next_attempt_at) == ("printer", None, None)


@pytest.mark.parametrize("said", [POSTED, REFUSED])
def test_a_report_for_a_letter_that_is_deleted_is_kept_in_history(caplog, said):
    row = letter()
    Notification.objects.all().delete()

    report(row, said)
    report(row, said)

    assert statuses(row) == (None, said)
    assert len(errors(caplog)) == (said == REFUSED)


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_the_night_deletes_while_a_report_waits_is_moved_in_history():
    row = letter()

    delete_while(row, lambda: report(row))

    assert statuses(row) == (None, "delivered")


def test_a_letter_that_is_not_real_is_left_alone_and_is_an_error(caplog):
    row = letter(research=True)

    report(row)

    assert Notification.objects.get().status == "sending"
    assert errors(caplog) == [f"a printer reports letter {row.id}, which is not real"]


def test_neither_an_unknown_letter_nor_a_text_is_moved(caplog):
    text = NotificationFactory(status="sending")

    report(text)
    report(Notification(id=uuid.uuid4()))

    assert statuses(text) == ("sending", "sending")
    assert len(errors(caplog)) == 2


def test_the_task_reads_its_words():
    row = letter()

    apply_letter_report(str(row.id), "delivered", "2", "")

    assert statuses(row) == ("delivered", "delivered")


@pytest.mark.django_db(transaction=True)
def test_a_report_for_a_letter_that_somebody_holds_comes_back_later(recorded_tasks):
    row = letter()
    words = (str(row.id), "delivered", "2", "b5d9b2bd")
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SELECT FROM notifications WHERE id = %s FOR UPDATE", [row.id])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")

        apply_letter_report(*words)
        with pytest.raises(Exception, match="lock timeout"):
            apply_letter_report(*words, "5")
    finally:
        holder.close()
        connection.close()

    assert [task.args for task in recorded_tasks] == [(*words, "1", "")]
