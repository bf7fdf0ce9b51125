"""A queue that refuses a message, or says so."""

import pytest
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError

from notifications.models import Notification, NotificationHistory
from notifications.tests.api.queue_first import waiting

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def test_if_the_queue_refuses_the_message_is_stored_under_its_id(caller, redis, monkeypatch):
    def refuse(self):
        raise RedisConnectionError

    monkeypatch.setattr(Pipeline, "execute", refuse)
    answer = caller.post()
    monkeypatch.undo()

    assert answer.status_code == 201
    assert str(Notification.objects.get().id) == answer.json()["id"]
    assert NotificationHistory.objects.count() == 1
    assert waiting(redis) == []


def test_a_queue_that_took_what_it_refused_makes_no_second_message(
    caller, redis, run_tasks, monkeypatch
):
    execute = Pipeline.execute

    def take_and_refuse(self):
        execute(self)
        raise RedisConnectionError

    monkeypatch.setattr(Pipeline, "execute", take_and_refuse)
    notification_id = caller.post().json()["id"]
    monkeypatch.undo()
    assert waiting(redis) == [notification_id]

    run_tasks("database")

    assert str(Notification.objects.get().id) == notification_id
    assert redis.keys("rq:job:*") == redis.keys("rq:failed:*") == []


def test_a_task_that_is_faster_than_the_second_attempt_makes_no_second_message(
    caller, redis, run_tasks, monkeypatch
):
    execute = Pipeline.execute

    def take_run_and_refuse(self):
        execute(self)
        monkeypatch.setattr(Pipeline, "execute", execute)
        run_tasks("database")
        raise RedisConnectionError

    monkeypatch.setattr(Pipeline, "execute", take_run_and_refuse)
    answer = caller.post()

    assert answer.status_code == 201
    assert str(Notification.objects.get().id) == answer.json()["id"]
    assert len(waiting(redis, "normal")) == 1


def test_if_queue_and_database_refuse_nothing_is_left(caller, redis, no_database, monkeypatch):
    def refuse(self):
        raise RedisConnectionError

    monkeypatch.setattr(Pipeline, "execute", refuse)
    answer = caller.post()
    monkeypatch.undo()

    no_database.is_back()
    assert answer.status_code == 503
    assert (Notification.objects.count(), waiting(redis)) == (0, [])
