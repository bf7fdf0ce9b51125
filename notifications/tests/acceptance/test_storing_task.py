"""The task that stores what was accepted before, on real servers."""

import logging
import uuid
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from rq.job import Job
from rq.registry import FailedJobRegistry, ScheduledJobRegistry
from rq.serializers import JSONSerializer

from notifications.acceptance.deferred import find_deferred, queue_or_store
from notifications.acceptance.payload import seal
from notifications.acceptance.storing import store
from notifications.acceptance.tasks import persist_deferred
from notifications.models import Notification, NotificationHistory
from notifications.tests.acceptance.payloads import any_payload, storable_payload
from notifications.tests.factories import JobFactory, NotificationFactory
from notify_project import clock, queues
from notify_project.constants import Queue
from notify_project.queues import enqueue
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def queued(payload):
    notification, is_stored = queue_or_store(payload)
    assert (notification.id, is_stored) == (payload.id, False)
    return payload


def requeue(*arguments):
    out = StringIO()
    call_command("requeue_failed_persists", *arguments, stdout=out)
    return out.getvalue()


def failed(redis, queue="database"):
    return FailedJobRegistry(queue, redis, serializer=JSONSerializer).get_job_ids()


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


@pytest.fixture
def at_once(settings):
    """Let retries follow at once, so that a test sees them all."""
    settings.PERSIST_RETRY_INTERVAL = [0]


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


def test_a_database_that_fails_once_delays_a_message_by_the_interval(
    redis, run_tasks, settings, database
):
    payload = queued(storable_payload())
    database.is_away()
    run_tasks("database")
    database.is_back()

    scheduled = ScheduledJobRegistry("database", redis, serializer=JSONSerializer)
    assert scheduled.get_job_ids() == [str(payload.id)]
    delay = scheduled.get_scheduled_time(str(payload.id)) - clock.now()
    assert 295 < delay.total_seconds() <= 300
    assert find_deferred(payload.id, payload.service_id).id == payload.id

    redis.zadd("rq:scheduled:database", {str(payload.id): 1})
    queues.DelayedTasks().move_due()
    run_tasks("database")

    assert Notification.objects.get().id == payload.id


def test_intervals_may_grow(redis, run_tasks, settings):
    settings.PERSIST_RETRY_MAX, settings.PERSIST_RETRY_INTERVAL = 3, [10, 60, 300]
    payload = queued(storable_payload())

    job = Job.fetch(str(payload.id), connection=redis, serializer=JSONSerializer)

    assert (job.retries_left, job.retry_intervals) == (3, [10, 60, 300])
    assert (job.failure_ttl, job.result_ttl) == (14 * 24 * 3600, 0)
    assert job.description == f"persist_deferred {payload.id}"


def test_a_read_only_database_is_tried_again(redis, run_tasks, at_once):
    payload = queued(storable_payload())
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    run_tasks("database")

    connection.close()
    assert failed(redis) == [str(payload.id)]
    assert Notification.objects.count() == 0


def test_after_six_failures_a_message_is_kept_and_can_be_put_back(
    redis, run_tasks, at_once, database, caplog
):
    payload = queued(storable_payload())
    database.is_away()
    run_tasks("database")
    database.is_back()

    assert failed(redis) == [str(payload.id)]
    assert caplog.text.count("exception raised while executing") == 6
    errors = [r.message for r in caplog.records if r.name == "notifications.acceptance.tasks"]
    assert errors == [f"notification {payload.id} was not stored; its task is kept"]
    assert find_deferred(payload.id, payload.service_id).created_at == payload.created_at
    assert 13 * 24 * 3600 < redis.ttl(f"rq:job:{payload.id}") <= 14 * 24 * 3600

    assert requeue() == "1 messages are queued again to be stored\n"
    run_tasks("database")

    row = Notification.objects.get()
    assert (row.id, row.created_at) == (payload.id, payload.created_at)
    assert failed(redis) == []


def test_what_is_put_back_has_all_its_retries(redis, run_tasks, at_once, database):
    payload = queued(storable_payload())
    database.is_away()
    run_tasks("database")

    requeue()

    job = Job.fetch(str(payload.id), connection=redis, serializer=JSONSerializer)
    assert (job.retries_left, redis.ttl(f"rq:job:{payload.id}")) == (5, -1)


def test_only_what_failed_since_is_put_back(redis, run_tasks, at_once, database):
    queued(storable_payload())
    database.is_away()
    run_tasks("database")

    assert requeue("--since", "2999-01-01").startswith("0 messages")
    assert requeue("--since", "2020-01-01T09:00+01:00").startswith("1 messages")


def test_other_failed_tasks_are_left_where_they_are(redis, run_tasks):
    enqueue(broken, "a", queue=Queue.DATABASE)
    for _ in range(2):
        run_tasks("database")

    assert requeue().startswith("0 messages")
    assert len(failed(redis)) == 1


def broken(text):
    raise ValueError(text)


def test_putting_back_needs_redis_and_a_time():
    with pytest.raises(CommandError, match="Redis did not answer: ConnectionError"):
        requeue()
    with pytest.raises(CommandError, match="--since"):
        requeue("--since", "yesterday")


def test_a_payload_that_is_not_ours_is_kept_but_not_tried_again(redis, run_tasks, caplog):
    enqueue(persist_deferred, "forged", queue=Queue.DATABASE, task_id="forged-1")

    run_tasks("database")

    assert failed(redis) == ["forged-1"]
    assert "the payload of task forged-1 is refused" in caplog.text
    assert caplog.text.count("exception raised while executing") == 1
    assert Notification.objects.count() == 0


def test_a_message_sealed_with_a_forgotten_key_is_stored_once_the_key_is_back(
    redis, run_tasks, settings
):
    payload = queued(storable_payload())
    old, settings.SECRET_KEY = settings.SECRET_KEY, "new"
    run_tasks("database")
    settings.SECRET_KEY_FALLBACKS = [old]

    requeue()
    run_tasks("database")

    assert Notification.objects.get().id == payload.id


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
    enqueue(broken, seal(payload), queue=Queue.DATABASE, task_id=str(payload.id))

    assert find_deferred(payload.id, payload.service_id) is None


def test_a_payload_under_another_messages_id_is_not_shown(redis, run_tasks):
    payload, other = any_payload(), str(uuid.uuid4())
    enqueue(persist_deferred, seal(payload), queue=Queue.DATABASE, task_id=other)

    assert find_deferred(uuid.UUID(other), payload.service_id) is None


def test_a_forged_payload_is_not_shown(redis, run_tasks):
    task_id = str(uuid.uuid4())
    enqueue(persist_deferred, "forged", queue=Queue.DATABASE, task_id=task_id)

    assert find_deferred(uuid.UUID(task_id), ServiceFactory().id) is None
