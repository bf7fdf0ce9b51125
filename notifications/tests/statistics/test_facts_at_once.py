"""Facts are counted beside receipts, beside the end of retention, and beside themselves."""

import threading
from datetime import date

import pytest
from django.db import connection

from notifications import lifecycle
from notifications.models import Notification
from notifications.retention import purge
from notifications.statistics.daily_status import compare_facts, replace_facts
from notifications.statistics.service_statistics import monthly_statistics
from notifications.statuses import Status
from notifications.tests.statistics.facts import at, by_status, facts, sent
from notify_project.tests.at_once import at_once
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY, TODAY = date(2026, 1, 10), date(2026, 3, 10)
NOON = "2026-01-10T12:00:00"
MESSAGES = 150
LATER = at("2026-01-12T12:00:00")


def answer(rows):
    """Let a receipt come for each row."""
    for number, row in enumerate(rows):
        outcome = Status.PERMANENT_FAILURE if number % 3 else Status.DELIVERED
        assert lifecycle.move(row.id, outcome, now=LATER)


def until(ended, do):
    """Return a call that does something again and again, and once more after the end."""

    def repeat():
        while not ended.is_set():
            do()
        do()

    return repeat


def then(do, ended):
    """Return a call that does something and tells of its end, however it ended."""

    def run():
        try:
            do()
        finally:
            ended.set()

    return run


def test_receipts_and_the_end_of_retention_never_hide_or_double_a_message():
    template = TemplateFactory()
    sent(template, *[NOON] * MESSAGES, status="delivered")
    waiting = sent(template, *[NOON] * MESSAGES, status="sending")
    receipts_came, deleted = threading.Event(), threading.Event()
    totals, found = [], []

    def count():
        replace_facts(template.service_id, DAY)
        totals.append(sum(by_status().values()))

    at_once(
        then(lambda: answer(waiting), receipts_came),
        then(until(receipts_came, lambda: purge.purge_texts_and_emails(TODAY)), deleted),
        until(deleted, count),
    )
    for _ in range(10):
        count()
        found.append(facts())

    assert not Notification.objects.exists()
    assert len(totals) > 15
    assert set(totals) == {2 * MESSAGES}
    assert found == [found[0]] * 10
    third = MESSAGES // 3
    assert by_status() == {"delivered": MESSAGES + third, "permanent-failure": MESSAGES - third}


def test_counting_at_once_ends_with_what_history_says():
    template = TemplateFactory()
    rows = sent(template, *[NOON] * 60, status="sending")

    def count():
        for _ in range(10):
            replace_facts(template.service_id, DAY)

    def receipts():
        for row in rows:
            lifecycle.move(row.id, Status.DELIVERED, now=LATER)

    at_once(count, count, count, receipts)
    replace_facts(template.service_id, DAY)

    assert compare_facts(template.service_id, DAY).differences == {}
    assert by_status() == {"delivered": 60}


def test_who_waits_for_another_that_counts_sees_what_it_wrote():
    template = TemplateFactory()
    [row] = sent(template, NOON, status="sending")
    first_has_counted, second_waits = threading.Event(), threading.Event()

    def pause_before_writing(execute, sql, params, many, context):
        if "INSERT INTO" in sql and "ft_notification_status" in sql:
            first_has_counted.set()
            assert second_waits.wait(30)
        return execute(sql, params, many, context)

    def first():
        with connection.execute_wrapper(pause_before_writing):
            replace_facts(template.service_id, DAY)

    def note_the_lock(execute, sql, params, many, context):
        if "pg_advisory" in sql:
            second_waits.set()
        return execute(sql, params, many, context)

    def second():
        assert first_has_counted.wait(30)
        lifecycle.move(row.id, Status.DELIVERED, now=LATER)
        with connection.execute_wrapper(note_the_lock):
            replace_facts(template.service_id, DAY)

    at_once(first, second)

    assert by_status() == {"delivered": 1}


def test_a_reader_never_meets_a_day_that_is_half_replaced():
    template = TemplateFactory()
    rows = sent(template, *[NOON] * 40, status="sending")
    replace_facts(template.service_id, DAY)
    ended = threading.Event()
    seen = []

    def count():
        for row in rows:
            lifecycle.move(row.id, Status.DELIVERED, now=LATER)
            replace_facts(template.service_id, DAY)

    def read():
        month = monthly_statistics(template.service_id, 2025)["2026-01"]
        seen.append(sum(month["sms"].values()))

    at_once(then(count, ended), until(ended, read))

    assert len(seen) > 5
    assert set(seen) == {40}


def test_counting_locks_nothing_that_sending_or_the_end_of_retention_needs():
    template = TemplateFactory()
    sent(template, *[NOON] * 3)
    held = set()

    def look_at_the_locks(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("INSERT INTO"):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT relation::regclass::text, mode FROM pg_locks "
                    "WHERE pid = pg_backend_pid() AND relation IS NOT NULL"
                )
                held.update(cursor.fetchall())
        return result

    with connection.execute_wrapper(look_at_the_locks):
        replace_facts(template.service_id, DAY)

    assert ("ft_notification_status", "RowExclusiveLock") in held
    assert {mode for table, mode in held if table == "notification_history"} == {"AccessShareLock"}
    assert not [mode for table, mode in held if table == "notifications"]
