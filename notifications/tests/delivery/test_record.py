"""What a provider has taken is written down, whatever stands in the way for a while."""

import contextlib
import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from notifications.delivery import deliver as module
from notifications.delivery import record as recording
from notifications.delivery.deliver import deliver
from notifications.delivery.record import NotRecorded, Recorder
from notifications.lifecycle import Outcome
from notifications.models import Notification
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.constants import LANES, Queue

pytestmark = pytest.mark.django_db(transaction=True)


class Holder:
    """Somebody else's transaction, which holds locks until it is told to let go."""

    def __init__(self):
        self.connection = connection.copy()
        self.connection.inc_thread_sharing()
        self.connection.set_autocommit(False)

    def run(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)

    def let_go(self):
        self.connection.rollback()
        self.connection.close()

    def let_go_after(self, seconds):
        threading.Timer(seconds, self.let_go).start()


@pytest.fixture
def impatient(monkeypatch):
    """Wait for a lock no longer than a tenth of a second, and for a repair no longer than one."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    monkeypatch.setattr(recording, "TRY_AGAIN_SECONDS", 0.1)
    yield
    connection.close()


def taken(row, **changes):
    values = {"accepted": True, "sent_at": clock.now(), "sent_by": "mmg", **changes}
    return Outcome(row.id, row.delivery_attempts, Status.SENDING, **values)


def statuses(rows):
    found = dict(
        Notification.objects.filter(id__in=[r.id for r in rows]).values_list("id", "status")
    )
    return [found[row.id] for row in rows]


def test_a_row_that_somebody_holds_delays_its_own_outcome_alone(impatient):
    rows = [NotificationFactory(delivery_attempts=1) for _ in range(5)]
    holder = Holder()
    holder.run("UPDATE notifications SET updated_at = now() WHERE id = %s", rows[2].id)
    recorder = Recorder()

    moved = recorder.write([taken(row) for row in rows])

    assert {each.id for each in moved} == {row.id for row in rows} - {rows[2].id}
    assert [each.id for each in recorder.waiting] == [rows[2].id]
    holder.let_go()
    time.sleep(0.1)
    assert [each.id for each in recorder.write([])] == [rows[2].id]
    recorder.require_all_written(under_way=0)
    assert statuses(rows) == ["sending"] * 5


@pytest.mark.parametrize(
    "statement",
    [
        "LOCK TABLE notifications IN ACCESS EXCLUSIVE MODE",
        "UPDATE notifications SET updated_at = now()",
    ],
    ids=["a migration", "every row"],
)
def test_what_was_sent_while_others_held_the_table_is_not_sent_again(
    impatient, sms_provider, statement
):
    rows = [NotificationFactory() for _ in range(4)]
    holder, answer = Holder(), sms_provider.answer
    first = threading.Lock()

    def lock_first(message):
        if first.acquire(blocking=False):
            holder.run(statement)
            holder.let_go_after(1.0)
        return answer(message)

    sms_provider.answer = lock_first
    with contextlib.suppress(DatabaseError):  # the next claim may fail, the outcomes must not
        deliver(Queue.NORMAL)

    assert statuses(rows) == ["sending"] * 4
    assert sorted(seen["cid"] for seen in sms_provider.seen) == sorted(str(row.id) for row in rows)


def test_an_outcome_that_can_never_be_written_takes_no_other_with_it(caplog):
    rows = [NotificationFactory(delivery_attempts=1) for _ in range(3)]
    recorder = Recorder()

    recorder.write([taken(rows[0]), taken(rows[1], sent_by="a\0b"), taken(rows[2])])

    assert statuses(rows) == ["sending", "created", "sending"]
    assert f"the outcome of notification {rows[1].id} cannot be written" in caplog.text
    with pytest.raises(NotRecorded, match="1 outcomes"):
        recorder.require_all_written(under_way=0)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5000], ids=["nul", "half", "endless"])
def test_a_providers_odd_name_for_a_message_is_passed_over(sms_provider, monkeypatch, name):
    monkeypatch.setattr("notifications.providers.mmg.Mmg.send", lambda *_: name)
    row = NotificationFactory()

    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert (row.status, row.reference) == ("sending", None)


def test_a_server_that_may_only_be_read_is_waited_for_and_left(sms_provider):
    row, answer = NotificationFactory(), sms_provider.answer
    promotion = threading.Timer(1.0, make_read_only, [False])

    def demote_first(message):
        make_read_only(True)
        promotion.start()
        return answer(message)

    sms_provider.answer = demote_first
    with contextlib.suppress(DatabaseError):  # the next claim may fail, the outcome must not
        deliver(Queue.NORMAL)

    promotion.join()
    connection.close()
    assert (statuses([row]), len(sms_provider.seen)) == (["sending"], 1)


def make_read_only(yes):
    """Let every connection to the database begin anew, and perhaps be one that only reads."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            name = other.ops.quote_name(other.settings_dict["NAME"])
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {yes}")
            if yes:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
    finally:
        other.close()


def test_what_is_not_written_in_the_end_fails_the_task(impatient, sms_provider, monkeypatch):
    monkeypatch.setattr(module, "WRITE_PATIENCE_SECONDS", -29.0)
    row, holder, answer = NotificationFactory(), Holder(), sms_provider.answer

    def lock_first(message):
        holder.run("SELECT FROM notifications WHERE id = %s FOR UPDATE", row.id)
        return answer(message)

    sms_provider.answer = lock_first
    try:
        with pytest.raises(NotRecorded):
            deliver(Queue.NORMAL)
    finally:
        holder.let_go()


def test_a_message_whose_outcomes_are_lost_again_and_again_ends(sms_provider, settings):
    attempts = settings.DELIVERY_RETRIES + 1
    rows = [NotificationFactory(delivery_attempts=count) for count in (attempts - 1, attempts)]

    deliver(Queue.NORMAL)

    for row in rows:
        row.refresh_from_db()
    assert [row.status for row in rows] == ["sending", "technical-failure"]
    assert rows[1].failure_reason == "max-retries"
    assert [seen["cid"] for seen in sms_provider.seen] == [str(rows[0].id)]
    assert clock.now() - rows[1].updated_at < timedelta(seconds=30)


@pytest.mark.parametrize("lane", LANES)
def test_no_worker_is_ended_while_it_waits_to_write_what_it_sent(lane, settings):
    timeout = settings.RQ_QUEUES[lane.value]["DEFAULT_TIMEOUT"]

    assert timeout > module.RUN_SECONDS + module.WRITE_PATIENCE_SECONDS
