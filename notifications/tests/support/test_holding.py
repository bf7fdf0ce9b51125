"""What is held waits, and goes out when it is released: whole runs of workers."""

import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from werkzeug import Response

from notifications.delivery.claim import claim_due, lanes_with_due_rows, never_started_count
from notifications.delivery.deliver import deliver
from notifications.jobs.control import resume_job
from notifications.jobs.holding import hold as pause_rows
from notifications.jobs.repair import resume
from notifications.lifecycle import expire, held_by, putting_away
from notifications.lifecycle.held import memory
from notifications.models import Hold, Notification
from notifications.support import bulk
from notifications.support.giving_back import give_back, put_away_count, put_away_in_words
from notifications.support.holding import HoldRefused, age_of_oldest, hold, release
from notifications.tests.delivery.conftest import *  # noqa: F403 - fixtures
from notifications.tests.factories import JobFactory, NotificationFactory, ProviderDetailsFactory
from notifications.tests.support.conftest import forget
from notify_project import clock
from notify_project.api.errors import NoResultFound
from notify_project.constants import Queue
from notify_project.models import AuditEvent
from notify_project.reasons import NoReason
from notify_project.tests.at_once import at_once
from services.tests.factories import UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db(transaction=True)

WHY = {"actor": None, "reason": "wrong text"}
HOUR = timedelta(hours=1)


@pytest.fixture
def template():
    return TemplateFactory()


def held_and_released(kind, key, *, while_held=lambda: None):
    hold(kind, str(key), **WHY)
    deliver(Queue.NORMAL)
    while_held()
    release(kind, str(key), **WHY)
    give_back(until=clock.now() + HOUR)
    deliver(Queue.NORMAL)


def status_of(row):
    return Notification.objects.get(id=row.id).status


@pytest.mark.parametrize("kind", ["service", "template"])
def test_what_is_held_waits_untried_and_goes_out_oldest_first_when_it_is_released(
    kind, template, sms_provider, recorded_tasks, redis
):
    now = clock.now()
    rows = [
        NotificationFactory(template=template, created_at=now - timedelta(minutes=age))
        for age in (3, 9, 6)
    ]
    other = NotificationFactory()
    seen_while_held = []

    def look():
        seen_while_held.append([each["cid"] for each in sms_provider.seen])
        for row in rows:
            row.refresh_from_db()
            assert (row.status, row.delivery_attempts, row.claimed_until) == ("created", 0, None)
            assert held_by(row.next_attempt_at) == kind
            assert row.billable_units == 0
        assert put_away_count(Hold.objects.get(), 10) == (3, True)
        assert deliver(Queue.NORMAL) == 0

    key = template.service_id if kind == "service" else template.id
    hold(kind, str(key), **WHY)
    deliver(Queue.NORMAL)
    look()
    release(kind, str(key), **WHY)
    younger = NotificationFactory(template=template, created_at=now - timedelta(seconds=1))
    give_back(until=clock.now() + HOUR)
    taken = [claim_due(Queue.NORMAL, limit=1, now=clock.now())[0].id for _ in range(4)]

    oldest_first = sorted(rows, key=lambda row: row.created_at)
    assert seen_while_held == [[str(other.id)]]
    assert taken == [*(row.id for row in oldest_first), younger.id]
    assert "deliver_lane" in {task.function for task in recorded_tasks}


def test_nothing_else_of_the_service_is_held_with_its_template(template, sms_provider):
    other = NotificationFactory(template=TemplateFactory(service=template.service))
    row = NotificationFactory(template=template)

    hold("template", str(template.id), **WHY)
    deliver(Queue.NORMAL)

    assert (status_of(row), status_of(other)) == ("created", "sending")


def test_of_a_held_lane_nothing_is_taken_and_nobody_is_woken_for_it(
    template, sms_provider, recorded_tasks
):
    row = NotificationFactory(template=template)

    hold("lane", "normal", **WHY)
    taken = deliver(Queue.NORMAL)
    lanes = lanes_with_due_rows(clock.now())
    row.refresh_from_db()
    untouched = (row.status, row.delivery_attempts, row.next_attempt_at)
    release("lane", "normal", **WHY)
    deliver(Queue.NORMAL)

    assert (taken, lanes, untouched) == (0, [], ("created", 0, None))
    assert status_of(row) == "sending"


def test_a_held_provider_is_passed_over_and_where_it_is_the_only_one_messages_wait(
    template, sms_provider, recorded_tasks
):
    rows = [NotificationFactory(template=template) for _ in range(3)]
    abroad = NotificationFactory(template=template, international=True, phone_prefix="33")
    ways = []

    def look():
        ways.append({held_by(row.next_attempt_at) for row in Notification.objects.all()})
        ways.append(sms_provider.seen[:])
        give_back(until=clock.now() + HOUR)
        ways.append(Notification.objects.filter(next_attempt_at=None).count())

    held_and_released("provider", "mmg", while_held=look)

    assert ways == [{"provider"}, [], 0]
    assert {status_of(row) for row in rows} == {"sending"}
    assert status_of(abroad) == "sent"


def test_messages_of_a_held_provider_go_to_another_that_is_switched_on_meanwhile(
    template, sms_provider, recorded_tasks
):
    row = NotificationFactory(template=template)
    abroad = NotificationFactory(template=template, international=True, phone_prefix="33")
    hold("provider", "mmg", **WHY)
    deliver(Queue.NORMAL)

    ProviderDetailsFactory(
        identifier="firetext", notification_type="sms", supports_international=False
    )
    give_back(until=clock.now() + HOUR)

    row.refresh_from_db()
    abroad.refresh_from_db()
    assert row.next_attempt_at is None
    assert held_by(abroad.next_attempt_at) == "provider"


def test_a_released_service_leaves_rows_of_a_paused_job_to_the_job(
    template, sms_provider, recorded_tasks
):
    job = JobFactory(service=template.service, template=template, job_status="in progress")
    first = NotificationFactory(template=template, job=job, job_row_number=0)
    hold("service", str(template.service_id), **WHY)
    deliver(Queue.NORMAL)
    type(job).objects.filter(id=job.id).update(job_status="paused")
    second = NotificationFactory(template=template, job=job, job_row_number=1)
    deliver(Queue.NORMAL)
    held = pause_rows(job.id)

    release("service", str(template.service_id), **WHY)
    count = give_back(until=clock.now() + HOUR)

    assert (held, count, deliver(Queue.NORMAL)) == (2, 0, 0)
    assert [status_of(row) for row in (first, second)] == ["created", "created"]


def test_what_a_release_gives_back_of_a_job_that_is_being_paused_stays_with_the_job(
    template, sms_provider, recorded_tasks
):
    job = JobFactory(service=template.service, template=template, job_status="in progress")
    NotificationFactory(template=template, job=job, job_row_number=0)
    hold("service", str(template.service_id), **WHY)
    deliver(Queue.NORMAL)
    # Paused by somebody who has not come to its rows yet.
    type(job).objects.filter(id=job.id).update(job_status="paused")

    release("service", str(template.service_id), **WHY)
    count = give_back(until=clock.now() + HOUR)

    assert (count, deliver(Queue.NORMAL), pause_rows(job.id)) == (1, 0, 0)


def test_a_job_that_goes_on_while_its_rows_are_given_back_leaves_none_behind(
    template, sms_provider, recorded_tasks
):
    job = JobFactory(service=template.service, template=template, job_status="in progress")
    row = NotificationFactory(template=template, job=job, job_row_number=0)
    hold("service", str(template.service_id), **WHY)
    deliver(Queue.NORMAL)
    type(job).objects.filter(id=job.id).update(job_status="paused")
    release("service", str(template.service_id), **WHY)
    is_given_back, goes_on = threading.Event(), threading.Event()

    def give_back_slowly():
        with transaction.atomic():
            give_back(until=clock.now() + HOUR)
            is_given_back.set()
            # Whoever moves the job waits for this transaction, or does not.
            goes_on.wait(0.5)
        connection.close()

    thread = threading.Thread(target=give_back_slowly)
    thread.start()
    is_given_back.wait()
    resume_job(template.service_id, job.id, **WHY)
    resume(job.id, lambda *_: None)
    goes_on.set()
    thread.join()

    row.refresh_from_db()
    assert row.next_attempt_at is None


def lock_backwards(rows, has_last):
    """Lock the last row, wait until somebody waits for it, then go for the first."""

    def lock(row):
        Notification.objects.select_for_update().get(id=row.id)

    with transaction.atomic(), connection.cursor() as cursor:
        lock(rows[-1])
        has_last.set()
        # It is the other who is told that it crossed this one.
        cursor.execute("SET LOCAL deadlock_timeout = '30s'")
        cursor.execute("SET LOCAL lock_timeout = '30s'")
        for _ in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                break
            time.sleep(0.02)
        lock(rows[0])
    connection.close()


@pytest.mark.parametrize("act", ["pause", "fail"])
def test_whoever_crosses_a_worker_that_writes_to_the_same_rows_begins_anew(
    act, template, recorded_tasks
):
    job = JobFactory(service=template.service, template=template, job_status="paused")
    ids = sorted(uuid.uuid4() for _ in range(2))
    rows = [
        NotificationFactory(id=key, template=template, job=job, job_row_number=number)
        for number, key in enumerate(ids)
    ]
    has_last = threading.Event()
    thread = threading.Thread(target=lock_backwards, args=[rows, has_last])
    thread.start()
    has_last.wait()

    if act == "pause":
        count = pause_rows(job.id)
    else:
        action = bulk.begin("fail", since=clock.now() - HOUR, service_id=template.service_id, **WHY)
        bulk.run(action.id, until=clock.now() + HOUR)
        bulk.start(action, count=2, **WHY)
        bulk.run(action.id, until=clock.now() + HOUR)
        action.refresh_from_db()
        count = action.done
    thread.join()

    assert count == 2


def test_what_a_worker_puts_away_after_the_release_is_given_back_too(
    template, sms_provider, recorded_tasks
):
    row = NotificationFactory(template=template)
    hold("service", str(template.service_id), **WHY)
    memory.refresh()
    Hold.objects.update(released_at=clock.now())
    give_back(until=clock.now() + HOUR)
    deliver(Queue.NORMAL)
    row.refresh_from_db()
    away = held_by(row.next_attempt_at)

    count = give_back(until=clock.now() + HOUR)

    assert (away, count) == ("service", 1)
    assert Hold.objects.get().emptied_at is None


def test_what_others_hold_of_the_same_kind_is_passed_over_a_little_at_a_time(
    template, sms_provider, recorded_tasks, monkeypatch
):
    monkeypatch.setattr(putting_away, "LOOK", 2)
    now = clock.now()
    other = TemplateFactory(service=template.service)
    for age in range(9):
        at = now - timedelta(minutes=20 + age // 3)
        NotificationFactory(template=other, created_at=at)
    rows = [NotificationFactory(template=template) for _ in range(3)]
    for each in (other, template):
        hold("template", str(each.id), **WHY)
    deliver(Queue.NORMAL)

    words = put_away_in_words(Hold.objects.get(key=template.id))
    release("template", str(template.id), **WHY)
    Hold.objects.filter(key=template.id).update(released_at=now - HOUR)
    count = give_back(until=clock.now() + HOUR)
    deliver(Queue.NORMAL)

    assert (words, count) == ("at least 0", 3)
    assert {status_of(row) for row in rows} == {"sending"}
    assert Notification.objects.filter(template_id=other.id, status="created").count() == 9
    assert Hold.objects.get(key=template.id).emptied_at is not None


def test_a_release_is_forgotten_when_nothing_more_can_come_of_it(template, recorded_tasks):
    hold("service", str(template.service_id), **WHY)
    release("service", str(template.service_id), **WHY)
    give_back(until=clock.now() + HOUR)
    early = Hold.objects.get().emptied_at
    Hold.objects.update(released_at=clock.now() - HOUR)

    give_back(until=clock.now() + HOUR)

    assert early is None
    assert Hold.objects.get().emptied_at is not None


def test_after_a_hold_that_another_process_places_no_call_begins_two_seconds_later(
    template, sms_provider, slow, settings
):
    began = []
    take = slow(0.7, lambda message: Response('{"Reference": "1"}', 200))

    def answer(message):
        began.append(time.monotonic())
        return take(message)

    sms_provider.answer = answer
    for _ in range(80):
        NotificationFactory(template=template)

    def place():
        while len(began) < 5:
            time.sleep(0.01)
        # Without a word to this process, unlike the use case.
        Hold.objects.create(kind="service", key=template.service_id, reason="wrong text")
        placed.append(time.monotonic())
        connection.close()

    placed = []
    thread = threading.Thread(target=place)
    thread.start()
    deliver(Queue.NORMAL)
    thread.join()

    late = [at - placed[0] for at in began if at - placed[0] > 2]
    rows = Notification.objects.all()
    assert late == []
    assert rows.filter(status="sending").count() == len(began) < 80
    assert rows.filter(status="created", delivery_attempts=0).count() == 80 - len(began)


def test_holds_and_releases_beside_workers_lose_nothing_and_send_nothing_twice(
    template, sms_provider, recorded_tasks
):
    rows = [NotificationFactory(template=template) for _ in range(120)]
    subjects = [
        ("service", template.service_id),
        ("template", template.id),
        ("lane", "normal"),
        ("provider", "mmg"),
    ]
    ended = threading.Event()

    def steer():
        for kind, key in subjects * 3:
            hold(kind, str(key), **WHY)
            time.sleep(0.02)
            release(kind, str(key), **WHY)
            give_back(until=clock.now() + HOUR)
        ended.set()
        connection.close()

    def work():
        while not ended.is_set():
            deliver(Queue.NORMAL)
        connection.close()

    threads = [threading.Thread(target=each) for each in (steer, work, work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    give_back(until=clock.now() + HOUR)
    deliver(Queue.NORMAL)

    assert sorted(each["cid"] for each in sms_provider.seen) == sorted(str(row.id) for row in rows)
    assert {status_of(row) for row in rows} == {"sending"}
    assert set(Notification.objects.values_list("delivery_attempts", flat=True)) == {1}


def test_what_is_held_for_three_days_ends_as_what_waits_does(template, sms_provider):
    row = NotificationFactory(template=template, created_at=clock.now() - timedelta(hours=73))
    hold("service", str(template.service_id), **WHY)
    deliver(Queue.NORMAL)

    expire(clock.now())

    row.refresh_from_db()
    assert (row.status, row.failure_reason) == ("technical-failure", "expired")


def test_nothing_that_is_held_counts_as_never_started(template, sms_provider):
    old = clock.now() - timedelta(days=1)
    NotificationFactory(template=template, created_at=old)
    NotificationFactory(template=TemplateFactory(process_type="priority"), created_at=old)
    before = never_started_count(clock.now())
    hold("service", str(template.service_id), **WHY)
    hold("lane", "priority", **WHY)
    deliver(Queue.NORMAL)

    assert (before, never_started_count(clock.now())) == (2, 0)


def test_a_subject_is_held_once_released_once_and_both_are_audited(template, recorded_tasks):
    staff = UserFactory(support=True)
    key = str(template.service_id)

    row = hold("service", key.upper(), actor=staff, reason=" wrong  text ")
    with pytest.raises(HoldRefused, match="is held already"):
        hold("service", key, **WHY)
    release("service", key, actor=staff, reason="corrected")
    with pytest.raises(HoldRefused, match="is not held"):
        release("service", key, **WHY)
    again = hold("service", key, **WHY)

    row.refresh_from_db()
    events = AuditEvent.objects.filter(actor=staff).order_by("created_at")
    assert (row.reason, row.release_reason, row.released_by) == ("wrong text", "corrected", staff)
    assert again.id != row.id
    assert [(each.action, each.service_id, each.reason) for each in events] == [
        ("hold sending", template.service_id, "wrong text"),
        ("release sending", template.service_id, "corrected"),
    ]


def test_of_two_who_hold_or_release_at_once_one_does_and_the_other_is_told(
    template, recorded_tasks, redis
):
    key = str(template.service_id)

    held = at_once(*[lambda: hold("service", key, **WHY)] * 2)
    released = at_once(*[lambda: release("service", key, **WHY)] * 2)

    assert held == ["The service is held already"]
    assert released == ["The service is not held"]
    assert [row.released_at is None for row in Hold.objects.all()] == [False]
    assert AuditEvent.objects.count() == 2


def test_a_held_message_that_is_erased_is_never_sent_and_ends(
    template, sms_provider, recorded_tasks, redis, files
):
    row = NotificationFactory(template=template)
    hold("service", str(template.service_id), **WHY)
    deliver(Queue.NORMAL)
    forget(row.to)

    release("service", str(template.service_id), **WHY)
    give_back(until=clock.now() + HOUR)
    deliver(Queue.NORMAL)

    row.refresh_from_db()
    assert sms_provider.seen == []
    assert (row.status, row.failure_reason, row.to) == ("technical-failure", "erased", "")


@pytest.mark.parametrize(
    ("kind", "key", "refused"),
    [
        ("service", "00000000-0000-0000-0000-000000000000", NoResultFound),
        ("service", "library", NoResultFound),
        ("template", "00000000-0000-0000-0000-000000000000", NoResultFound),
        ("lane", "letters", NoResultFound),
        ("provider", "nobody", NoResultFound),
        ("planet", "earth", HoldRefused),
    ],
)
def test_what_is_not_there_is_not_held(kind, key, refused):
    with pytest.raises(refused):
        hold(kind, key, **WHY)

    assert not Hold.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "ab", "a\u200bb", "x" * 501])
def test_nothing_is_held_without_a_reason_that_people_can_read(reason, template):
    with pytest.raises(NoReason):
        hold("service", str(template.service_id), actor=None, reason=reason)

    assert not Hold.objects.exists()


def test_holds_are_counted_by_kind_with_the_age_of_the_first():
    hold("lane", "bulk", **WHY)
    Hold.objects.update(created_at=clock.now() - HOUR)
    hold("lane", "normal", **WHY)

    found = age_of_oldest(clock.now())

    assert (found["lane"][0], round(found["lane"][1])) == (2, 3600)
    assert found["service"] == (0, 0.0)
