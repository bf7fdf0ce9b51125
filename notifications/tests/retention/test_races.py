"""The end of retention beside receipts, late receipts and the time limit, on many connections."""

import random
import threading
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from notifications.lifecycle import expire
from notifications.models import (
    CallbackDelivery,
    Notification,
    NotificationHistory,
    ReturnedLetter,
    UnmatchedReceipt,
)
from notifications.providers.base import Receipt
from notifications.receipts.apply import apply
from notifications.receipts.letter_event import LetterReport
from notifications.receipts.letters import apply_report
from notifications.receipts.returned_letters import record_returned
from notifications.retention import purge
from notifications.statuses import WAITING, Status
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import SHARED
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from notify_project.tests.at_once import at_once
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = timedelta(days=10)
ROWS = 120
OUTCOMES = (Status.DELIVERED, Status.PERMANENT_FAILURE, Status.TEMPORARY_FAILURE)


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch):
    monkeypatch.setattr("notifications.callbacks.outbox.wake", lambda: None)


@pytest.fixture
def template():
    """Give a template of a service that wants to be told."""
    service = ServiceFactory()
    callback_for(service)
    return TemplateFactory(service=service)


@pytest.fixture
def purged(monkeypatch):
    """Return what the runs of a test purged; they go on, in small batches, until told to end."""
    monkeypatch.setattr(purge, "BATCH", 7)
    monkeypatch.setattr(purge, "LETTERS_BATCH", 3)
    return []


def old_texts(template, count, **columns):
    created_at = clock.now() - LONG_AGO
    return NotificationFactory.create_batch(
        count, template=template, created_at=created_at, sent_by="mmg", **columns
    )


def receipts_of(ids, randomly):
    """Return the receipts for each message in a mixed order: two that agree, and a late one."""
    receipts, said = [], defaultdict(set)
    for each in ids:
        first, late = randomly.sample(OUTCOMES, 2)
        said[each] |= {first, late}
        receipts += [(each, first), (each, first), (each, late)]
    randomly.shuffle(receipts)
    return receipts, said


def apply_all(receipts):
    for notification_id, status in receipts:
        apply("mmg", Receipt(str(notification_id), None, status, "3"))


def purge_until(over, purged):
    while True:
        is_last = over.is_set()
        today = clock.london_today()
        purged += [purge.purge_texts_and_emails(today), purge.purge_letters(today)]
        if is_last:
            return


def beside(purged, *calls):
    """Run calls at once, with two runs of retention going on until all calls have ended."""
    over, left = threading.Event(), [len(calls)]
    lock = threading.Lock()

    def ending(call):
        try:
            call()
        finally:
            with lock:
                left[0] -= 1
                if not left[0]:
                    over.set()

    runs = [lambda: purge_until(over, purged)] * 2
    assert at_once(*runs, *(lambda call=call: ending(call) for call in calls)) == []


def require_history(ids):
    """Return the last status of each; what is still there agrees with it."""
    history = {row["id"]: row for row in NotificationHistory.objects.values("id", *SHARED)}
    live = {row["id"]: row for row in Notification.objects.values("id", *SHARED)}
    assert set(history) >= set(ids)
    assert {key: history[key] for key in live} == live
    return {key: history[key]["status"] for key in ids}, live


@pytest.mark.parametrize("seed", range(2))
def test_beside_receipts_nothing_open_is_deleted_and_history_has_the_outcome(
    template, purged, seed
):
    randomly = random.Random(seed)
    sending = [row.id for row in old_texts(template, ROWS, status="sending")]
    open_still = [row.id for row in old_texts(template, 30, status="sending")]
    open_still += [row.id for row in old_texts(template, 30, status="pending")]
    receipts, said = receipts_of(sending, randomly)

    beside(purged, *(lambda part=receipts[n::4]: apply_all(part) for n in range(4)))

    last, live = require_history([*sending, *open_still])
    assert set(live) == set(open_still)
    assert {last[key] for key in open_still} <= WAITING
    told = {row.subject_id: row.event_key for row in CallbackDelivery.objects.all()}
    assert CallbackDelivery.objects.count() == len(told) == ROWS
    for key in sending:
        assert last[key] in said[key]
        assert told[key] == last[key]
    assert sum(each.count for each in purged) == ROWS
    assert sum(each.without_history for each in purged) == 0
    # Receipts for what is gone are late, not unknown.
    assert not UnmatchedReceipt.objects.exists()


@pytest.mark.parametrize("seed", range(2))
def test_beside_receipts_and_the_time_limit_each_message_ends_once(template, purged, seed):
    randomly = random.Random(seed)
    sending = [row.id for row in old_texts(template, ROWS, status="sending")]
    receipts, said = receipts_of(sending, randomly)
    halves = (receipts[::2], receipts[1::2])

    beside(
        purged,
        *(lambda part=part: apply_all(part) for part in halves),
        lambda: expire(clock.now()),
    )

    last, live = require_history(sending)
    assert live == {}
    told = Counter(CallbackDelivery.objects.values_list("subject_id", "event_key"))
    assert told == Counter(last.items())
    for key in sending:
        assert last[key] in said[key] | {Status.TEMPORARY_FAILURE}


def test_two_runs_at_once_delete_each_message_once(template, purged):
    ids = [row.id for row in old_texts(template, ROWS, status="delivered")]

    beside(purged, lambda: None)

    last, live = require_history(ids)
    assert (live, set(last.values())) == ({}, {Status.DELIVERED})
    assert sum(each.count for each in purged) == ROWS


@pytest.mark.usefixtures("files")
def test_what_is_heard_of_letters_beside_it_is_in_history_at_the_end(purged):
    template, created_at = TemplateFactory(letter=True), clock.now() - LONG_AGO
    letters = [
        NotificationFactory(
            template=template, created_at=created_at, status="sending", billable_units=1
        )
        for _ in range(30)
    ]
    posted = [LetterReport(each.id, Status.DELIVERED, 1) for each in letters]

    def bring_back(some):
        for each in some:
            record_returned([each.reference], now=clock.now())

    beside(
        purged,
        lambda: [apply_report(each) for each in posted],
        lambda: [apply_report(each) for each in posted],
        lambda: bring_back(letters[::2]),
    )

    last, live = require_history([each.id for each in letters])
    assert live == {}
    assert [last[each.id] for each in letters] == ["returned-letter", "delivered"] * 15
    assert ReturnedLetter.objects.count() == 15
    assert sum(each.count for each in purged) == 30
    assert sum(each.without_history for each in purged) == 0
