"""The task that stores what was accepted before, on real servers."""

import logging
import uuid
from collections import Counter

import pytest
from django.db import OperationalError
from rq.job import Job
from rq.serializers import JSONSerializer

from notifications.acceptance.deferred import find_deferred, queue_or_store
from notifications.acceptance.payload import seal
from notifications.acceptance.storing import store
from notifications.acceptance.tasks import persist_deferred
from notifications.models import Notification, NotificationHistory
from notifications.tests.acceptance.payloads import any_payload, failed, queued, storable_payload
from notifications.tests.factories import JobFactory, NotificationFactory
from notify_project import queues
from notify_project.constants import Queue
from notify_project.queues import enqueue
from notify_project.tests.waiting_tasks import note
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def lane_tasks(redis):
    """Return on which lanes a task waits."""
    jobs = [
        Job.fetch(each.decode(), connection=redis, serializer=JSONSerializer)
        for queue in Queue
        for each in redis.lrange(f"rq:queue:{queue.value}", 0, -1)
    ]
    return [job.origin for job in jobs if job.func_name.endswith("deliver_lane")]


def usage(redis):
    """Return what has been counted: London day and template."""
    counted = Counter()
    for key in redis.scan_iter("*template-usage*"):
        if redis.type(key) == b"hash":
            day = key.decode()[-10:]
            fields = redis.hgetall(key).items()
            counted.update({(day, n.decode()): int(v) for n, v in fields if len(n) == 36})
    return counted


def test_what_was_accepted_is_stored_counted_and_on_its_way(redis, run_tasks):
    payload = queued(storable_payload())

    run_tasks("database")

    row = Notification.objects.get()
    assert (row.id, row.created_at, row.status) == (payload.id, payload.created_at, "created")
    assert (row.key_type, row.api_key_id, row.is_real) == ("normal", payload.api_key_id, True)
    assert (row.to, row.normalised_to) == ("07900 900123", "447900900123")
    assert row.personalisation == payload.personalisation
    assert (row.client_reference, row.reply_to_text) == ("mine", "NOTIFY")
    assert NotificationHistory.objects.get().id == payload.id
    assert lane_tasks(redis) == ["normal"]
    # Half past midnight in London, an hour before summer time begins there.
    assert usage(redis) == {("2026-03-29", str(payload.template_id)): 1}
    assert redis.keys("rq:job:*persist*") == []


@pytest.mark.parametrize(
    ("changes", "waits_on", "lane"),
    [
        ({"process_type": "priority"}, "priority", "priority"),
        ({"is_real": False, "key_type": "test"}, "research-mode", "research-mode"),
        ({"key_type": "team"}, "database", "normal"),
    ],
    ids=["priority", "test key", "team key"],
)
def test_each_kind_waits_on_its_queue_and_wakes_its_lane(redis, run_tasks, changes, waits_on, lane):
    payload = queued(storable_payload(**changes))
    assert redis.lrange(f"rq:queue:{waits_on}", 0, -1) == [str(payload.id).encode()]

    # Not by a worker, which would go on and run the lane's task from the same queue.
    job = Job.fetch(str(payload.id), connection=redis, serializer=JSONSerializer)
    redis.delete(f"rq:queue:{waits_on}")
    job.perform()

    row = Notification.objects.get()
    assert (row.key_type, row.is_real) == (payload.key_type, payload.is_real)
    assert lane_tasks(redis) == [lane]
    assert NotificationHistory.objects.count() == usage(redis).total() == int(payload.is_real)


def test_an_email_keeps_its_unsubscribe_link(redis, run_tasks):
    template = TemplateFactory(email=True)
    queued(
        storable_payload(
            service_id=template.service_id,
            template_id=template.id,
            notification_type="email",
            to="Jo@Example.com",
            unsubscribe_link="https://x.example/u",
        )
    )

    run_tasks("database")

    row = Notification.objects.get()
    assert (row.to, row.unsubscribe_link) == ("Jo@Example.com", "https://x.example/u")


def test_a_task_that_runs_twice_stores_counts_and_wakes_once(redis, run_tasks, caplog):
    caplog.set_level(logging.INFO, "notifications")
    payload = storable_payload()
    for task_id in ("first", "second"):
        enqueue(persist_deferred, seal(payload), queue=Queue.DATABASE, task_id=task_id)

    run_tasks("database")

    assert Notification.objects.count() == usage(redis).total() == 1
    assert lane_tasks(redis) == ["normal"]
    assert [r.levelname for r in caplog.records if "stored already" in r.message] == ["INFO"]
    assert (failed(redis), redis.zcard("rq:scheduled:database")) == ([], 0)


def test_a_message_that_went_on_meanwhile_is_not_touched(redis, run_tasks):
    payload = queued(storable_payload())
    NotificationFactory(
        id=payload.id, template=TemplateFactory(service_id=payload.service_id), status="delivered"
    )
    before = Notification.objects.values().get()

    run_tasks("database")

    assert Notification.objects.values().get() == before
    assert (lane_tasks(redis), usage(redis).total(), failed(redis)) == ([], 0, [])


def test_a_row_of_a_spreadsheet_is_stored_once_whatever_its_id(redis, run_tasks):
    template = TemplateFactory()
    job = JobFactory(template=template)
    row = {
        "service_id": template.service_id,
        "template_id": template.id,
        "api_key_id": None,
        "job_id": job.id,
        "job_row_number": 7,
    }
    first = queued(storable_payload(**row))
    queued(storable_payload(**row))

    run_tasks("database")

    stored = Notification.objects.get()
    assert (stored.id, stored.job_row_number, stored.api_key_id) == (first.id, 7, None)
    assert (usage(redis).total(), failed(redis)) == (1, [])


def test_an_id_that_another_service_has_is_critical(redis, caplog):
    other = NotificationFactory()

    assert store(storable_payload(id=other.id)) is None

    [record] = [r for r in caplog.records if r.levelname == "CRITICAL"]
    assert record.message == f"notification {other.id} is stored already, for another service"


def test_what_only_history_remembers_is_stored_already(redis):
    payload = storable_payload()
    store(payload)
    Notification.objects.all().delete()

    assert store(payload) is None
    assert Notification.objects.count() == 0


@pytest.mark.parametrize("wrong", ["template_version", "api_key_id"])
def test_a_row_that_cannot_exist_is_a_failure_and_no_duplicate(
    redis, run_tasks, at_once, caplog, wrong
):
    value = {"template_version": 99, "api_key_id": uuid.uuid4()}[wrong]
    payload = queued(storable_payload(**{wrong: value}))

    run_tasks("database")

    assert failed(redis) == [str(payload.id)]
    assert f"notification {payload.id} was not stored; its task is kept" in caplog.text
    assert "stored already" not in caplog.text


def test_a_failure_says_nothing_of_the_row(redis, run_tasks, at_once, caplog):
    # A check that the row breaks: PostgreSQL's detail shows the whole row.
    payload = queued(storable_payload(status="no such status", to="07900 900987"))

    run_tasks("database")

    [task] = [redis.hgetall(key) for key in redis.scan_iter(f"rq:job:{payload.id}")]
    results = [redis.xrange(key) for key in redis.scan_iter("rq:results:*")]
    assert f"notification {payload.id}: IntegrityError 23514" in caplog.text
    for place in (caplog.text, repr(task), repr(results)):
        assert "900987" not in place
        assert "Rumpelstiltskin" not in place


def test_without_redis_a_stored_message_stays_and_nothing_is_tried_again(redis, settings, caplog):
    payload = storable_payload()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    persist_deferred(seal(payload))

    assert Notification.objects.get().id == payload.id
    assert "count and wake for notification" in caplog.text


def test_what_the_queue_refuses_is_stored_at_once(monkeypatch):
    monkeypatch.setattr(queues, "intercept", None)
    payload = storable_payload()

    notification, is_stored = queue_or_store(payload)

    assert is_stored
    assert Notification.objects.get() == notification


def test_what_queue_and_database_refuse_is_an_error(no_database, monkeypatch):
    monkeypatch.setattr(queues, "intercept", None)

    with pytest.raises(OperationalError):
        queue_or_store(any_payload())


def test_what_is_found_belongs_to_the_service_that_asks(redis, run_tasks):
    payload = queued(any_payload())

    assert find_deferred(payload.id, uuid.uuid4()) is None
    assert find_deferred(uuid.uuid4(), payload.service_id) is None
    found = find_deferred(payload.id, payload.service_id)
    assert (found.id, found.status, found.client_reference) == (payload.id, "created", "mine")


def test_a_task_of_another_kind_is_no_message(redis, run_tasks):
    payload = any_payload()
    enqueue(note, seal(payload), queue=Queue.DATABASE, task_id=str(payload.id))

    assert find_deferred(payload.id, payload.service_id) is None


def test_a_payload_under_another_messages_id_is_not_shown(redis, run_tasks):
    payload, other = any_payload(), str(uuid.uuid4())
    enqueue(persist_deferred, seal(payload), queue=Queue.DATABASE, task_id=other)

    assert find_deferred(uuid.UUID(other), payload.service_id) is None


def test_a_forged_payload_is_not_shown(redis, run_tasks):
    task_id = str(uuid.uuid4())
    enqueue(persist_deferred, "forged", queue=Queue.DATABASE, task_id=task_id)

    assert find_deferred(uuid.UUID(task_id), ServiceFactory().id) is None
