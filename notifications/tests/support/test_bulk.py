"""Bulk actions: counted, confirmed, done in batches, stopped, and taken up after a crash."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from notifications.models import BulkAction, CallbackDelivery, Notification
from notifications.support import bulk, bulk_filter
from notifications.support.bulk_filter import BulkRefused
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    NotificationFactory,
    ProviderDetailsFactory,
)
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from notify_project.models import AuditEvent
from notify_project.reasons import NoReason
from notify_project.tests.at_once import at_once
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("recorded_tasks", "redis"),
]
HOUR = timedelta(hours=1)
WHY = {"actor": None, "reason": "an incident"}


@pytest.fixture
def template():
    return TemplateFactory()


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(bulk_filter, "BATCH", 2)


def soon():
    return clock.now() + HOUR


def counted(act, **which):
    row = bulk.begin(act, since=clock.now() - 24 * HOUR, **WHY, **which)
    assert not bulk.run(row.id, until=soon())
    row.refresh_from_db()
    assert row.state == "counted"
    return row


def done(act, **which):
    row = counted(act, **which)
    bulk.start(row, count=row.total, **WHY)
    assert not bulk.run(row.id, until=soon())
    row.refresh_from_db()
    return row


def statuses():
    return sorted(Notification.objects.values_list("status", flat=True))


def test_messages_of_a_service_are_ended_and_others_stay(template, small_batches):
    callback_for(template.service)
    for status in ("created", "sending", "pending", "delivered"):
        NotificationFactory(template=template, status=status)
    NotificationFactory(template=template, created_at=clock.now() - 48 * HOUR)
    other = NotificationFactory()

    row = done("fail", service_id=template.service_id)

    ended = Notification.objects.filter(failure_reason="ended-by-support")
    assert (row.state, row.total, row.done, row.refused, row.remaining) == ("done", 3, 3, 0, 0)
    assert ended.filter(service=template.service).count() == 3
    assert Notification.objects.get(id=other.id).status == "created"
    assert CallbackDelivery.objects.filter(event_key="technical-failure").count() == 3


@pytest.mark.parametrize(
    ("which", "count"),
    [
        ({"template_id": True}, 2),
        ({"template_id": True, "status": "sending"}, 1),
        ({"provider": "mmg"}, 1),
        ({"provider": "mmg", "notification_type": "email"}, 0),
    ],
)
def test_a_filter_finds_what_fits_all_of_it(template, which, count):
    ProviderDetailsFactory(identifier="mmg")
    NotificationFactory(template=template)
    NotificationFactory(template=template, status="sending", sent_by="mmg")
    NotificationFactory(template=TemplateFactory(service=template.service))
    if "template_id" in which:
        which = which | {"template_id": template.id}

    assert counted("fail", **which).total == count
    assert statuses() == ["created", "created", "sending"]


def test_what_waits_for_its_next_attempt_is_sent_now(template, recorded_tasks):
    late = NotificationFactory(template=template, next_attempt_at=soon())
    NotificationFactory(template=template)
    NotificationFactory(template=template, next_attempt_at=soon(), claimed_until=soon())
    recorded_tasks.clear()

    row = done("send-now", template_id=template.id)

    late.refresh_from_db()
    assert (row.total, row.done, row.refused) == (2, 1, 1)
    assert late.next_attempt_at is None
    assert "deliver_lane" in {task.function for task in recorded_tasks}


def test_letters_are_cancelled_that_can_be(files):
    template = TemplateFactory(letter=True)
    for status in ("created", "pending-virus-check", "sending"):
        NotificationFactory(template=template, status=status)

    row = done("cancel-letters", template_id=template.id)

    assert (row.total, row.done) == (2, 2)
    assert statuses() == ["cancelled", "cancelled", "sending"]


def test_a_service_is_told_again_what_it_could_not_be_told(small_batches, recorded_tasks):
    service = ServiceFactory()
    earlier = clock.now() - HOUR
    for state in ("given-up", "given-up", "given-up", "done", "waiting"):
        CallbackDeliveryFactory(
            service=service,
            state=state,
            created_at=earlier,
            finished_at=None if state == "waiting" else earlier,
        )
    CallbackDeliveryFactory(state="given-up", created_at=earlier, finished_at=earlier)

    row = done("tell-again", service_id=service.id, status="given-up")

    states = CallbackDelivery.objects.filter(service=service).values_list("state", flat=True)
    assert (row.total, row.done) == (3, 3)
    assert sorted(states) == ["done", "waiting", "waiting", "waiting", "waiting"]
    assert "send_callbacks" in {task.function for task in recorded_tasks}


def test_nothing_is_done_without_the_count_that_was_seen(template):
    NotificationFactory(template=template)
    row = counted("fail", template_id=template.id)

    with pytest.raises(BulkRefused, match="It is about 1 messages, not 2"):
        bulk.start(row, count=2, **WHY)
    with pytest.raises(NoReason):
        bulk.start(row, count=1, actor=None, reason="")
    bulk.run(row.id, until=soon())

    assert statuses() == ["created"]


def test_no_more_is_done_than_was_counted_whatever_fits_by_then(template, small_batches):
    rows = [NotificationFactory(template=template, status="delivered") for _ in range(3)]
    NotificationFactory(template=template, status="sending")
    row = counted("fail", template_id=template.id, status="sending")
    Notification.objects.filter(id__in=[each.id for each in rows]).update(status="sending")

    bulk.start(row, count=1, **WHY)
    bulk.run(row.id, until=soon())

    assert statuses() == ["sending", "sending", "sending", "technical-failure"]


def test_it_goes_on_where_it_was_when_its_worker_dies(template, small_batches, recorded_tasks):
    for _ in range(5):
        NotificationFactory(template=template)
    row = counted("fail", template_id=template.id)
    bulk.start(row, count=5, **WHY)
    # One batch, and then the worker is killed in the midst of the next.
    bulk._batch(row.id)
    half = statuses().count("technical-failure")
    recorded_tasks.clear()
    bulk.resume_bulk_actions()
    early = list(recorded_tasks)
    BulkAction.objects.update(heartbeat_at=clock.now() - HOUR)
    bulk.resume_bulk_actions()

    [task] = recorded_tasks
    getattr(bulk, task.function)(*task.args)

    row.refresh_from_db()
    assert (half, early) == (2, [])
    assert (row.state, row.done) == ("done", 5)
    assert statuses() == ["technical-failure"] * 5


def test_of_two_workers_at_once_each_message_is_done_by_one(template, small_batches):
    for _ in range(20):
        NotificationFactory(template=template)
    row = counted("fail", template_id=template.id)
    bulk.start(row, count=20, **WHY)

    def work():
        while BulkAction.objects.get(id=row.id).state == "running":
            bulk.run(row.id, until=soon())

    assert at_once(work, work) == []

    row.refresh_from_db()
    assert (row.state, row.found, row.done) == ("done", 20, 20)
    assert AuditEvent.objects.filter(action="end bulk action").count() == 1


def test_one_that_is_stopped_does_no_more_and_every_step_is_audited(template, small_batches):
    staff = UserFactory(support=True)
    for _ in range(4):
        NotificationFactory(template=template)
    row = counted("fail", template_id=template.id)
    bulk.start(row, count=4, actor=staff, reason="an incident")
    bulk._batch(row.id)

    bulk.stop(row, actor=staff, reason="the wrong template")
    again = bulk.run(row.id, until=soon())

    with pytest.raises(BulkRefused, match="It is stopped already"):
        bulk.stop(row, **WHY)
    events = AuditEvent.objects.filter(subject_id=str(row.id)).order_by("created_at")
    assert not again
    assert statuses().count("technical-failure") == 2
    assert [(each.action, each.reason) for each in events] == [
        ("plan bulk action", "an incident"),
        ("start bulk action", "an incident"),
        ("stop bulk action", "the wrong template"),
    ]
    assert events.last().after == {"done": 2, "refused": 0, "of": 4}


@pytest.mark.parametrize(
    ("act", "which", "words"),
    [
        ("fail", {}, "Say of which service, template or provider"),
        ("fail", {"service_id": "00000000-0000-0000-0000-000000000000"}, "no such service"),
        ("fail", {"template_id": "00000000-0000-0000-0000-000000000000"}, "no such template"),
        ("fail", {"provider": "nobody"}, "no such provider"),
        ("fail", {"service_id": True, "status": "delivered"}, "The status is one of"),
        ("tell-again", {"service_id": True, "provider": "mmg"}, "by status and time alone"),
        ("tell-again", {"provider": "mmg"}, "Say which service is told again"),
        ("cancel-letters", {"service_id": True, "notification_type": "sms"}, "Only letters"),
        ("send-now", {"service_id": True, "notification_type": "letter"}, "print run"),
        ("burn", {"service_id": True}, "What is done is one of"),
    ],
)
def test_what_makes_no_sense_is_refused(act, which, words):
    ProviderDetailsFactory(identifier="mmg")
    if which.get("service_id") is True:
        which = which | {"service_id": ServiceFactory().id}

    with pytest.raises(BulkRefused, match=words):
        bulk.begin(act, since=clock.now() - HOUR, **WHY, **which)

    assert not BulkAction.objects.exists()


@pytest.mark.parametrize(("hours", "words"), [(-1, "before it begins"), (24 * 93, "is longer")])
def test_its_time_is_neither_ahead_nor_too_long(hours, words):
    with pytest.raises(BulkRefused, match=words):
        bulk.begin("fail", since=clock.now() - hours * HOUR, service_id=ServiceFactory().id, **WHY)


def test_the_command_counts_and_does_it_only_with_that_count(template, capsys):
    for _ in range(3):
        NotificationFactory(template=template)
    options = {
        "template": template.id,
        "since": clock.api_time(clock.now() - HOUR),
        "reason": "an incident",
    }

    call_command("bulk_act", "fail", dry_run=True, **options)
    with pytest.raises(CommandError, match="It is about 3 messages, not 2"):
        call_command("bulk_act", "fail", count=2, **options)
    before = statuses()
    call_command("bulk_act", "fail", count=3, **options)

    assert before == ["created"] * 3
    assert statuses() == ["technical-failure"] * 3
    assert re.search(r"^done: 3 done, 0 refused$", capsys.readouterr().out, re.MULTILINE)
