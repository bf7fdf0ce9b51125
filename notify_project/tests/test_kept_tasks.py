import pytest
from rq.job import Job
from rq.registry import FailedJobRegistry, ScheduledJobRegistry
from rq.serializers import JSONSerializer

from notify_project.constants import Queue
from notify_project.kept_tasks import (
    drop,
    find_argument,
    first_arguments,
    is_last_attempt,
    never_again,
    requeue_failed,
    running_task_id,
)
from notify_project.queues import Retry, enqueue, is_scheduler_alive

seen: list = []


def fail(text):
    seen.append((running_task_id(), is_last_attempt()))
    if text == "for good":
        never_again()
    raise ValueError(text)


@pytest.fixture(autouse=True)
def _nothing_seen():
    seen.clear()


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)  # after a failure the worker connects anew
def test_a_task_knows_its_name_and_its_last_attempt(redis, run_tasks):
    enqueue(fail, "a", queue=Queue.DATABASE, task_id="mine", retry=Retry(max=2))

    run_tasks("database")

    assert seen == [("mine", False), ("mine", False), ("mine", True)]


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)  # after a failure the worker connects anew
def test_a_task_can_refuse_to_be_tried_again(redis, run_tasks):
    enqueue(fail, "for good", queue=Queue.DATABASE, task_id="mine", retry=Retry(max=2))

    run_tasks("database")

    assert seen == [("mine", False)]


def test_outside_a_worker_there_is_one_attempt():
    never_again()

    assert (running_task_id(), is_last_attempt()) == (None, True)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)  # after a failure the worker connects anew
def test_a_named_task_is_found_waiting_and_failed(redis, run_tasks):
    enqueue(fail, "a", queue=Queue.DATABASE, task_id="mine")
    waiting = find_argument(redis, fail, "mine")
    run_tasks("database")

    assert (waiting, find_argument(redis, fail, "mine")) == ("a", "a")
    assert find_argument(redis, requeue_failed, "mine") is None
    assert find_argument(redis, fail, "other") is None


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)  # after a failure the worker connects anew
def test_a_named_task_is_described_by_its_name(redis, run_tasks):
    enqueue(fail, "secret", queue=Queue.DATABASE, task_id="mine")

    job = Job.fetch("mine", connection=redis, serializer=JSONSerializer)
    assert job.description == "fail mine"


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)  # after a failure the worker connects anew
def test_failed_tasks_are_put_back_on_their_queues(redis, run_tasks):
    for queue in (Queue.DATABASE, Queue.PRIORITY):
        enqueue(fail, "for good", queue=queue, task_id=f"on-{queue}")
    run_tasks()

    count = requeue_failed(fail, [Queue.DATABASE], retries=7)

    job = Job.fetch("on-database", connection=redis, serializer=JSONSerializer)
    assert (count, job.retries_left, redis.ttl("rq:job:on-database")) == (1, 7, -1)
    assert redis.lrange("rq:queue:database", 0, -1) == [b"on-database"]
    assert redis.llen("rq:queue:priority") == 0


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)  # after a failure the worker connects anew
def test_a_scheduler_is_alive_while_it_holds_a_lock(redis):
    before = is_scheduler_alive()
    redis.set("rq:scheduler-lock:database", "a", ex=60)

    assert (before, is_scheduler_alive()) == (False, True)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)  # after a failure the worker connects anew
def test_all_tasks_of_a_kind_are_found_and_dropped_wherever_they_are(redis, run_tasks):
    for name in ("failed", "again"):
        retry = Retry(max=1, interval=60 if name == "again" else 0)
        enqueue(fail, name, queue=Queue.DATABASE, task_id=name, retry=retry)
    run_tasks("database")
    enqueue(fail, "waiting", queue=Queue.DATABASE, task_id="waiting")
    enqueue(never_again, queue=Queue.DATABASE, task_id="another")

    found = dict(first_arguments(redis, fail))
    for name in (*found, "unknown"):
        drop(redis, name)

    assert found == {name: name for name in ("failed", "again", "waiting")}
    assert dict(first_arguments(redis, fail)) == {}
    assert redis.lrange("rq:queue:database", 0, -1) == [b"another"]
    assert FailedJobRegistry("database", redis).count == 0
    assert ScheduledJobRegistry("database", redis).count == 0
