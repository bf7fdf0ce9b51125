import pytest
from redis import ConnectionError as Lost

from notify_project import queues
from notify_project.constants import Queue
from notify_project.tests.waiting_tasks import note
from notify_project.waiting_tasks import lower_flag, raise_flag, wake


@pytest.mark.redis
def test_one_task_waits_however_often_it_is_asked_for(redis, recorded_tasks):
    for _ in range(3):
        wake("notes", note, "a", queue=Queue.PERIODIC)

    assert [(task.queue, task.function, task.args) for task in recorded_tasks] == [
        ("periodic", "note", ("a",))
    ]


@pytest.mark.redis
def test_a_flag_that_is_lowered_makes_way_for_another_task(redis, recorded_tasks):
    wake("notes", note, "a", queue=Queue.PERIODIC)
    lower_flag("notes")
    wake("notes", note, "b", queue=Queue.PERIODIC)

    assert [task.args for task in recorded_tasks] == [("a",), ("b",)]


@pytest.mark.redis
def test_the_flag_ends_by_itself(redis):
    assert raise_flag(redis, "notes")
    assert not raise_flag(redis, "notes")
    assert 0 < redis.ttl("notes-waiting") <= 30


@pytest.mark.redis
def test_a_task_that_could_not_be_queued_leaves_no_flag(redis, monkeypatch):
    def lost(*_):
        raise Lost("gone")

    monkeypatch.setattr(queues, "intercept", lost)
    wake("notes", note, "a", queue=Queue.PERIODIC)

    assert redis.keys() == []


def test_without_redis_waking_and_beginning_are_no_errors(recorded_tasks, caplog):
    wake("notes", note, "a", queue=Queue.PERIODIC)
    lower_flag("notes")

    assert recorded_tasks == []
    assert "the schedule tries again" in caplog.text
    assert "the flag stays up" in caplog.text
