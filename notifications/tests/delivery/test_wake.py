import pytest

from notifications.delivery import tasks
from notifications.delivery.claim import lanes_with_due_rows, never_started_count
from notifications.delivery.wake import wake
from notifications.models import Notification
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.constants import Queue
from templates_app.tests.factories import TemplateFactory


@pytest.mark.redis
def test_a_lane_is_woken_once_however_often(redis, recorded_tasks):
    for _ in range(3):
        wake(Queue.NORMAL, Queue.PRIORITY)

    assert [(task.queue, task.function, task.args) for task in recorded_tasks] == [
        ("normal", "deliver_lane", ("normal",)),
        ("priority", "deliver_lane", ("priority",)),
    ]


@pytest.mark.redis
@pytest.mark.django_db
def test_a_task_that_starts_makes_way_for_the_next(redis, recorded_tasks):
    wake(Queue.NORMAL)
    tasks.deliver_lane("normal")

    wake(Queue.NORMAL)

    assert len(recorded_tasks) == 2


@pytest.mark.django_db
def test_the_schedule_sees_which_lanes_have_something_to_do():
    NotificationFactory()
    NotificationFactory(research=True, template=TemplateFactory(priority=True))
    NotificationFactory(template=TemplateFactory(priority=True), status="sending")
    NotificationFactory(template=TemplateFactory(priority=True), lane="bulk")

    assert lanes_with_due_rows(clock.now()) == [Queue.NORMAL, Queue.BULK, Queue.RESEARCH_MODE]


@pytest.mark.django_db
def test_messages_that_no_worker_took_for_ten_minutes_are_counted(settings):
    from datetime import timedelta  # noqa: PLC0415

    old = clock.now() - timedelta(minutes=11)
    NotificationFactory(created_at=old)
    NotificationFactory(created_at=old, delivery_attempts=1)
    NotificationFactory(created_at=old, status="sending")
    NotificationFactory(created_at=old, lane="bulk")
    NotificationFactory()

    assert never_started_count(clock.now()) == 1


@pytest.mark.redis
def test_a_row_without_a_task_is_sent_at_the_next_wake_up(transactional_db, providers, run_tasks):
    row = NotificationFactory(research=True)

    wake(*lanes_with_due_rows(clock.now()))
    run_tasks("research-mode")

    assert Notification.objects.get(id=row.id).status == "delivered"
