import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from redis import RedisError
from rq.job import Job
from rq.serializers import JSONSerializer

from notify_project import queues
from notify_project.constants import Queue
from notify_project.queues import enqueue, enqueue_with
from notify_project.tests import waiting_tasks
from notify_project.tests.waiting_tasks import note

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def _nothing_ran():
    waiting_tasks.ran.clear()


def waiting(redis, queue="normal"):
    return [
        Job.fetch(job_id.decode(), connection=redis, serializer=JSONSerializer)
        for job_id in redis.lrange(f"rq:queue:{queue}", 0, -1)
    ]


@pytest.mark.redis
def test_a_task_waits_as_json_and_for_two_weeks_at_most_when_it_fails(run_tasks, redis):
    enqueue(note, "a", "b", queue=Queue.NORMAL)

    [job] = waiting(redis)
    assert (job.func_name, job.args) == ("notify_project.tests.waiting_tasks.note", ["a", "b"])
    assert json.loads(job.data)[0] == "notify_project.tests.waiting_tasks.note"
    assert job.description == "note a b"
    assert (job.result_ttl, job.failure_ttl) == (0, 14 * DAY)
    assert job.retries_left == 1


@pytest.mark.redis
def test_a_finished_task_leaves_nothing_behind(run_tasks, redis):
    enqueue(note, "a", queue=Queue.NORMAL)

    run_tasks("normal")

    assert waiting_tasks.ran == ["a"]
    assert redis.keys("rq:job:*") == []


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_task_is_queued_after_the_commit(run_tasks, redis):
    with transaction.atomic():
        enqueue(note, "a", queue=Queue.NORMAL)
        during = len(waiting(redis))

    assert (during, len(waiting(redis))) == (0, 1)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_no_task(run_tasks, redis):
    with transaction.atomic():
        enqueue(note, "a", queue=Queue.NORMAL)
        transaction.set_rollback(True)

    assert waiting(redis) == []


@pytest.mark.redis
def test_a_task_can_join_a_pipeline(run_tasks, redis):
    pipeline = redis.pipeline()
    enqueue_with(pipeline, note, "a", queue=Queue.NORMAL)
    before = len(waiting(redis))

    pipeline.execute()

    assert (before, len(waiting(redis))) == (0, 1)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_task_can_be_queued_while_the_database_is_away(run_tasks, redis, settings):
    connection.close()
    settings.DATABASES["default"]["PORT"], port = "1", settings.DATABASES["default"]["PORT"]
    try:
        enqueue(note, "a", queue=Queue.NORMAL)
    finally:
        settings.DATABASES["default"]["PORT"] = port

    assert len(waiting(redis)) == 1


@pytest.mark.redis
def test_a_delayed_task_waits_elsewhere(run_tasks, redis):
    enqueue(note, "a", queue=Queue.NORMAL, delay=timedelta(minutes=5))

    assert waiting(redis) == []
    assert redis.zcard("rq:scheduled:normal") == 1


def test_without_redis_the_caller_hears_of_it(monkeypatch):
    monkeypatch.setattr(queues, "intercept", None)

    with pytest.raises(RedisError):
        enqueue(note, "a", queue=Queue.NORMAL)


@pytest.mark.parametrize("argument", [1, None, b"a", ["a"]])
def test_only_text_is_taken(recorded_tasks, argument):
    with pytest.raises(TypeError, match="note takes text"):
        enqueue(note, argument, queue=Queue.NORMAL)


def test_an_unknown_queue_is_refused(recorded_tasks):
    unknown: Any = "bulk-ish"

    with pytest.raises(ValueError, match=unknown):
        enqueue(note, "a", queue=unknown)
