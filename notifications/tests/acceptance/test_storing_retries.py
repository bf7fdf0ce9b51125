"""Trying again to store what was accepted before, and what becomes of what never could be."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from rq.job import Job
from rq.registry import ScheduledJobRegistry
from rq.serializers import JSONSerializer

from notifications.acceptance.deferred import find_deferred
from notifications.acceptance.tasks import persist_deferred
from notifications.models import Notification
from notifications.tests.acceptance.payloads import failed, queued, storable_payload
from notify_project import clock, queues
from notify_project.constants import Queue
from notify_project.queues import enqueue

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def requeue(*arguments):
    out = StringIO()
    call_command("requeue_failed_persists", *arguments, stdout=out)
    return out.getvalue()


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


def test_a_session_that_only_reads_is_left_at_the_next_try(redis, run_tasks, at_once):
    payload = queued(storable_payload())
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    run_tasks("database")

    connection.close()
    assert failed(redis) == []
    assert [row.id for row in Notification.objects.all()] == [payload.id]


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
