"""The guards of the tests themselves."""

import pytest
from django.db import transaction
from redis import RedisError

from conftest import EnqueuedWithoutFixture
from notify_project.constants import Queue
from notify_project.queues import enqueue, enqueue_with
from notify_project.redis_connection import redis_connection
from notify_project.tests.waiting_tasks import note


def test_a_task_nobody_expected_fails_the_test_and_is_named():
    with pytest.raises(EnqueuedWithoutFixture, match="note was queued on normal: use the fixture"):
        enqueue(note, "a", queue=Queue.NORMAL)


@pytest.mark.django_db
def test_so_it_does_inside_a_transaction_that_never_commits():
    with transaction.atomic(), pytest.raises(EnqueuedWithoutFixture):
        enqueue(note, "a", queue=Queue.NORMAL)


def test_so_it_does_in_a_pipeline():
    with pytest.raises(EnqueuedWithoutFixture):
        enqueue_with(redis_connection().pipeline(), note, "a", queue=Queue.NORMAL)


@pytest.mark.django_db
def test_what_is_recorded_is_recorded_when_it_is_asked_for(recorded_tasks):
    with transaction.atomic():
        enqueue(note, "a", queue=Queue.NORMAL)
        recorded_before_the_commit = list(recorded_tasks)

    [task] = recorded_before_the_commit
    assert (task.queue, task.function, task.args) == ("normal", "note", ("a",))


def test_redis_is_out_of_reach_without_its_fixture():
    with pytest.raises(RedisError):
        redis_connection().ping()
