"""A search that finds nothing must be known to find what is there."""

import json
import time
import zlib
from types import SimpleNamespace

import pytest

from notify_project.tests.torture.leaks import Watch


@pytest.fixture
def world(tmp_path, redis):
    (tmp_path / "log").mkdir()
    return SimpleNamespace(directory=tmp_path, redis=redis)


def complaints_after(world, do):
    with Watch(world) as watch:
        do()
        looks = watch.looks
        while watch.looks < looks + 2:
            time.sleep(0.05)
    return watch.complaints()


@pytest.mark.redis
@pytest.mark.parametrize(
    "content",
    [
        b"07900000123",
        b"447900000123",
        b"+447900000123",
        b"Personalia7",
        b"personalia7@addressee.example",
    ],
)
def test_what_is_personal_is_found_in_a_task_that_is_compressed(world, content):
    key = "rq:job:6ce466d0-fd6a-11e5-82f5-e0accb9d11a6"

    def leak():
        packed = zlib.compress(json.dumps(["task", [content.decode()]]).encode())
        world.redis.hset(key, mapping={"data": packed})

    assert complaints_after(world, leak) == ["personal data in Redis, rq:job:<id>"]


@pytest.mark.redis
def test_what_is_personal_is_found_in_every_kind_of_key(world):
    def leak():
        world.redis.set("a", "Personalia1")
        world.redis.rpush("b", "x", "Personalia1")
        world.redis.sadd("c", "x", "Personalia1")
        world.redis.zadd("d", {"Personalia1": 1})
        world.redis.xadd("e", {"field": "Personalia1"})
        world.redis.set("Personalia1", "x")

    found = complaints_after(world, leak)

    assert found == [f"personal data in Redis, {key}" for key in ("Personalia1", *"abcde")]


@pytest.mark.redis
def test_only_what_is_logged_meanwhile_counts(world):
    log = world.directory / "log" / "web.log"
    log.write_text("of another run: Personalia1\n")

    assert complaints_after(world, lambda: None) == []
    assert complaints_after(world, lambda: log.write_text(log.read_text() + "to 07900000123")) == [
        "personal data in the log of web"
    ]


@pytest.mark.redis
def test_numbers_that_are_no_phone_number_are_none(world):
    def count():
        world.redis.set("a", "1796079000000.25 6ce466d0-fd6a-07900000-12345")

    assert complaints_after(world, count) == []
