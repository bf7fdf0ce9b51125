import pytest
from redis import ResponseError

from notify_project.redis_connection import Batch, redis_connection

COUNT = "return redis.call('INCR', KEYS[1])"


@pytest.fixture
def commands(redis_commands):
    redis_connection().script_flush()
    redis_commands.clear()
    return redis_commands


def count_and_set():
    batch = Batch().eval(COUNT, 1, "counter").set("flag", "1", nx=True, ex=10)
    return batch.answers(redis_connection())


def test_a_script_that_the_server_does_not_know_is_sent_and_runs_once(commands):
    assert count_and_set() == [1, b"OK"]
    assert commands == ["EVALSHA", "SET", "EVAL"]


def test_a_script_that_the_server_knows_is_only_named(commands):
    count_and_set()
    commands.clear()

    assert count_and_set() == [2, None]
    assert commands == ["EVALSHA", "SET"]


def test_every_unknown_script_of_a_batch_keeps_its_place(commands):
    other = "return KEYS[1]"

    answers = Batch().eval(COUNT, 1, "a").eval(other, 1, "b").eval(COUNT, 1, "a")

    assert answers.answers(redis_connection()) == [1, b"b", 2]
    assert commands == ["EVALSHA"] * 3 + ["EVAL"] * 3


def test_an_error_of_a_script_is_its_answer_and_is_not_repeated(commands):
    redis_connection().set("counter", "word")
    commands.clear()
    count_and_set()
    commands.clear()

    failure, _ = count_and_set()

    assert isinstance(failure, ResponseError)
    assert commands == ["EVALSHA", "SET"]
