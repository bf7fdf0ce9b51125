"""What support staff do to one message: with a reason, an audit, and refusals in plain words."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from notifications.jobs.holding import hold as pause_rows
from notifications.models import CallbackDelivery, Notification
from notifications.support import acts
from notifications.support.acts import ActRefused
from notifications.support.holding import hold
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    JobFactory,
    NotificationFactory,
)
from notifications.tests.lifecycle.rows import live_and_history
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from notify_project.models import AuditEvent
from notify_project.reasons import NoReason
from services.tests.factories import UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis")]

WHY = {"actor": None, "reason": "they asked"}
HOUR = timedelta(hours=1)


def waiting(**values):
    values = {"next_attempt_at": clock.now() + HOUR, "delivery_attempts": 3, **values}
    return NotificationFactory(**values)


def test_a_message_that_waits_for_its_next_attempt_is_sent_now(recorded_tasks):
    staff, row = UserFactory(support=True), waiting()

    acts.send_now(row, actor=staff, reason="they asked")

    row.refresh_from_db()
    event = AuditEvent.objects.get(action="send message now")
    assert (row.next_attempt_at, row.status, row.delivery_attempts) == (None, "created", 3)
    assert [task.function for task in recorded_tasks] == ["deliver_lane"]
    assert (event.actor, event.subject_id, event.reason) == (staff, str(row.id), "they asked")
    assert event.service_id == row.service_id


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "delivered"}, "It is delivered: only what waits"),
        ({"claimed_until": clock.now() + HOUR}, "A worker has it at this moment"),
        ({"next_attempt_at": None}, "It is due already"),
        ({"letter": True}, "A letter goes out with its print run"),
    ],
)
def test_what_cannot_be_sent_now_is_refused_in_plain_words(values, words, recorded_tasks):
    row = waiting(**values)

    with pytest.raises(ActRefused, match=words):
        acts.send_now(row, **WHY)

    assert not AuditEvent.objects.exists()
    assert recorded_tasks == []


def test_what_is_held_or_of_a_paused_job_has_another_way_back(recorded_tasks):
    template = TemplateFactory()
    job = JobFactory(service=template.service, template=template, job_status="paused")
    paused = waiting(template=template, job=job, job_row_number=0)
    pause_rows(job.id)
    paused.refresh_from_db()

    with pytest.raises(ActRefused, match="its job is paused"):
        acts.send_now(paused, **WHY)
    hold("template", str(template.id), **WHY)
    with pytest.raises(ActRefused, match="its template is held"):
        acts.send_now(waiting(template=template), **WHY)


@pytest.mark.parametrize("status", ["created", "sending", "pending"])
def test_a_message_without_an_outcome_is_ended_and_its_service_is_told(status, recorded_tasks):
    row = NotificationFactory(status=status)
    callback_for(row.service)

    acts.mark_failed(row, **WHY)

    live, history = live_and_history(row.id)
    row.refresh_from_db()
    assert (row.status, row.failure_reason) == ("technical-failure", "ended-by-support")
    assert live == history
    assert CallbackDelivery.objects.get(subject_id=row.id).event_key == "technical-failure"
    assert AuditEvent.objects.get(action="mark message failed").before == {"status": status}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "permanent-failure"}, "It is permanent-failure, which is final"),
        ({"claimed_until": clock.now() + HOUR}, "A worker has it at this moment"),
        ({"letter": True, "status": "sending"}, "The printer has it"),
    ],
)
def test_what_cannot_be_ended_is_refused_and_stays(values, words, recorded_tasks):
    row = NotificationFactory(**values)

    with pytest.raises(ActRefused, match=words):
        acts.mark_failed(row, **WHY)

    assert Notification.objects.get(id=row.id).status == row.status
    assert not AuditEvent.objects.exists()


def test_what_a_worker_took_a_moment_ago_is_not_ended(recorded_tasks):
    row = NotificationFactory()
    Notification.objects.update(claimed_until=clock.now() + HOUR)

    with pytest.raises(ActRefused, match="look again"):
        acts.mark_failed(row, **WHY)

    assert Notification.objects.get().status == "created"


def test_a_letter_that_waits_is_ended_and_no_service_is_told(recorded_tasks):
    row = NotificationFactory(letter=True)
    callback_for(row.service)

    acts.mark_failed(row, **WHY)

    assert Notification.objects.get().status == "technical-failure"
    assert not CallbackDelivery.objects.exists()


def test_a_service_is_told_again_of_one_message(recorded_tasks):
    row = NotificationFactory(status="delivered")
    earlier = clock.now() - HOUR
    call, other = (
        CallbackDeliveryFactory(
            service=row.service, subject_id=subject, state="given-up", finished_at=earlier
        )
        for subject in (row.id, NotificationFactory().id)
    )

    count = acts.tell_again(row, **WHY)
    with pytest.raises(ActRefused, match="Its service is being told"):
        acts.tell_again(row, **WHY)
    with pytest.raises(ActRefused, match="told nothing of it"):
        acts.tell_again(NotificationFactory(), **WHY)

    states = dict(CallbackDelivery.objects.values_list("id", "state"))
    assert count == 1
    assert (states[call.id], states[other.id]) == ("waiting", "given-up")


@pytest.mark.parametrize("reason", ["", "+44 7700 900123 asked", "447700900123", "for 07700900123"])
def test_a_reason_names_nobody(reason, recorded_tasks):
    row = waiting(to="07700 900123", normalised_to="447700900123")

    with pytest.raises(NoReason):
        acts.send_now(row, actor=None, reason=reason)

    assert not AuditEvent.objects.exists()


def test_the_command_says_what_it_did_or_why_not(recorded_tasks, capsys):
    row = waiting()

    call_command("act_on_notification", "send-now", str(row.id), reason="they asked")
    with pytest.raises(CommandError, match="It is due already"):
        call_command("act_on_notification", "send-now", str(row.id), reason="they asked")
    call_command("act_on_notification", "fail", str(row.id), reason="they asked")

    assert capsys.readouterr().out.splitlines() == [
        "A worker tries it in a moment",
        "It is technical-failure, and its service is told",
    ]
