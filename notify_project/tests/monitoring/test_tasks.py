from datetime import timedelta

import django_rq
import pytest
from redis import RedisError

from notify_project import clock, queues
from notify_project.constants import Queue
from notify_project.monitoring import gauges
from notify_project.monitoring.tasks import readings
from notify_project.queues import enqueue
from notify_project.tests.waiting_tasks import fail, note

pytestmark = pytest.mark.redis


@pytest.fixture(autouse=True)
def _real_queues(monkeypatch):
    monkeypatch.setattr(queues, "intercept", None)


def shown(gauge, *, after=timedelta()):
    """Return what a gauge shows of the queue `normal` some time from now."""
    found = readings(clock.now() + after)
    [value] = [each.value for each in found if each.gauge is gauge and "normal" in each.labels]
    return value


def test_every_queue_is_measured(redis):
    measured = {each.labels for each in readings(clock.now()) if each.gauge is gauges.QUEUE_TASKS}

    assert measured == {(queue.value,) for queue in Queue}


def test_an_empty_queue_shows_nothing(redis):
    assert {each.value for each in readings(clock.now())} == {0}


def test_a_queue_shows_how_many_wait_and_for_how_long(redis):
    enqueue(note, "a", queue=Queue.NORMAL)
    enqueue(note, "b", queue=Queue.NORMAL)

    assert shown(gauges.QUEUE_TASKS) == 2
    assert shown(gauges.QUEUE_OLDEST, after=timedelta(minutes=2)) == pytest.approx(120, abs=5)


@pytest.mark.django_db(transaction=True)
def test_failed_tasks_and_the_age_of_the_oldest_are_shown(redis, run_tasks):
    enqueue(fail, "a", queue=Queue.NORMAL)
    run_tasks("normal")

    assert shown(gauges.FAILED_TASKS) == 1
    assert shown(gauges.FAILED_OLDEST, after=timedelta(minutes=20)) == pytest.approx(1200, abs=5)


def test_the_workers_of_a_queue_are_counted(redis):
    worker = django_rq.get_worker("normal")
    worker.register_birth()

    count = shown(gauges.QUEUE_WORKERS)

    worker.register_death()
    assert (count, shown(gauges.QUEUE_WORKERS)) == (1, 0)


def test_a_worker_that_was_killed_is_not_counted_for_long(redis):
    worker = django_rq.get_worker("normal")
    worker.register_birth()
    seconds = redis.ttl(worker.key)

    redis.delete(worker.key)  # as Redis does by then

    assert 0 < seconds <= 120
    assert shown(gauges.QUEUE_WORKERS) == 0


def test_without_redis_the_caller_hears_of_it():
    with pytest.raises(RedisError):
        readings(clock.now())
