from datetime import timedelta

import pytest
from django.db import transaction

from notifications.callbacks import outbox, tasks
from notifications.callbacks.old_rows import delete_old_rows
from notifications.lifecycle import move
from notifications.models import CallbackDelivery
from notifications.statuses import Status
from notifications.tests.factories import CallbackDeliveryFactory, NotificationFactory
from notifications.tests.lifecycle.test_moves import callback_for
from notify_project import clock
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory


def new_row(service):
    return CallbackDeliveryFactory.build(service=service)


@pytest.mark.redis
def test_a_status_change_wakes_the_workers_once_after_its_commit(
    transactional_db, redis, recorded_tasks
):
    service = ServiceFactory()
    with transaction.atomic():
        outbox.write([new_row(service)])
        before = list(recorded_tasks)
    outbox.write([new_row(service)])

    assert before == []
    assert [(task.queue, task.function, task.args) for task in recorded_tasks] == [
        ("callbacks", "send_callbacks", ())
    ]


@pytest.mark.redis
def test_what_is_rolled_back_wakes_nobody(transactional_db, redis, recorded_tasks):
    service = ServiceFactory()
    with transaction.atomic():
        outbox.write([new_row(service)])
        transaction.set_rollback(True)

    assert recorded_tasks == []


def test_without_redis_the_row_is_there_and_the_schedule_finds_it(transactional_db, caplog):
    row = NotificationFactory(status="sending")
    callback_for(row.service)

    assert move(row.id, Status.DELIVERED, now=clock.now())

    assert CallbackDelivery.objects.get().state == "waiting"
    assert "callbacks: not woken" in caplog.text


@pytest.mark.redis
def test_a_task_that_starts_makes_way_for_the_next(transactional_db, redis, recorded_tasks):
    service = ServiceFactory()
    outbox.write([new_row(service)])
    tasks.send_callbacks()
    outbox.write([new_row(service)])

    assert len(recorded_tasks) == 2


@pytest.mark.redis
def test_a_receipt_reaches_the_service(transactional_db, listener, run_tasks):
    service = listener.service()
    row = NotificationFactory(status="sending", template=TemplateFactory(service=service))

    move(row.id, Status.PERMANENT_FAILURE, now=clock.now())
    run_tasks("callbacks")

    [(_, _, body)] = listener.seen
    assert (body["id"], body["status"]) == (str(row.id), "permanent-failure")
    assert CallbackDelivery.objects.get().state == "done"


@pytest.mark.django_db
def test_finished_rows_go_after_a_week_and_waiting_ones_stay(caplog):
    caplog.set_level("INFO")
    now = clock.now()
    week = timedelta(days=7)
    old = CallbackDeliveryFactory(state="done", finished_at=now - week - timedelta(seconds=1))
    kept = [
        CallbackDeliveryFactory(state="given-up", finished_at=now - week + timedelta(minutes=1)),
        CallbackDeliveryFactory(created_at=now - 2 * week),
    ]

    assert delete_old_rows(now) == 1

    assert not CallbackDelivery.objects.filter(id=old.id).exists()
    assert {row.id for row in kept} == set(CallbackDelivery.objects.values_list("id", flat=True))
