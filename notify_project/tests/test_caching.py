import ast
from pathlib import Path

import orjson
import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from freezegun import freeze_time

from notify_project import caching
from notify_project.constants import EXPIRE_CACHE_TEN_MINUTES
from notify_project.redis_connection import forget_failures

ROOT = Path(__file__).resolve().parents[2]
NOON = "2026-03-02T12:00:00Z"


class Source:
    """Something slow to read, that counts how often it is read."""

    def __init__(self, value):
        self.value = value
        self.reads = 0
        self.while_reading = lambda: None

    def read(self):
        self.reads += 1
        value = self.value
        self.while_reading()
        return value


def remember(source, key="figures"):
    return caching.remember(
        key, source.read, encode=lambda value: orjson.dumps(value).decode(), decode=orjson.loads
    )


@pytest.fixture(autouse=True)
def _owe_nothing():
    caching._owed.clear()
    yield
    caching._owed.clear()


def test_two_reads_within_ten_minutes_compute_once(redis):
    source = Source({"sms": 3})
    with freeze_time(NOON) as time:
        first = remember(source)
        time.tick(EXPIRE_CACHE_TEN_MINUTES - 1)
        second = remember(source)

    assert (first, second, source.reads) == ({"sms": 3}, {"sms": 3}, 1)


def test_a_read_after_ten_minutes_computes_again(redis):
    source = Source(1)
    with freeze_time(NOON) as time:
        remember(source)
        source.value = 2
        time.tick(EXPIRE_CACHE_TEN_MINUTES)

        assert remember(source) == 2
        assert source.reads == 2


@pytest.mark.parametrize("empty", [[], {}, 0, None, ""])
def test_an_empty_result_is_remembered_too(redis, empty):
    source = Source(empty)

    assert [remember(source), remember(source)] == [empty, empty]
    assert source.reads == 1


def test_what_is_not_worth_remembering_is_not_stored(redis):
    source = Source(None)

    for _ in range(2):
        caching.remember("nothing", source.read, encode=lambda _: None, decode=orjson.loads)

    assert source.reads == 2
    assert redis.keys("cache:*") == []


def test_a_warm_read_is_one_command(redis_commands):
    remember(Source(1))
    redis_commands.clear()

    remember(Source(1))

    assert redis_commands == ["MGET"]


def test_a_dropped_value_is_computed_again(redis):
    source = Source(1)
    remember(source)
    source.value = 2
    caching.forget("figures")

    assert remember(source) == 2


def test_a_slow_reader_does_not_write_back_what_was_dropped_meanwhile(redis):
    source = Source("old")

    def change():
        source.value = "new"
        caching.forget("figures")

    source.while_reading = change
    slow = remember(source)
    source.while_reading = lambda: None

    assert slow == "old"
    assert remember(source) == "new"


def test_a_reader_that_began_after_a_drop_writes(redis):
    source = Source(1)
    caching.forget("figures")
    remember(source)
    remember(source)

    assert source.reads == 1


def test_a_reader_that_outlives_the_fence_does_not_write(redis):
    source = Source(1)
    with freeze_time(NOON) as time:
        source.while_reading = lambda: time.tick(caching.LONGEST_COMPUTE_SECONDS + 1)
        remember(source)

    assert redis.keys("cache:*") == []
    assert caching.LONGEST_COMPUTE_SECONDS < caching.FENCE_SECONDS


def test_values_and_fences_end_by_themselves(redis):
    remember(Source(1))
    caching.forget("other")

    assert 0 < redis.ttl("cache:figures") <= caching.STALE_SECONDS
    assert 0 < redis.ttl("cache-fence:other") <= caching.FENCE_SECONDS


def test_without_redis_every_read_computes(settings):
    source = Source(1)

    assert [remember(source), remember(source)] == [1, 1]
    assert source.reads == 2


def test_with_redis_switched_off_it_is_not_asked(settings, redis):
    settings.REDIS_ENABLED = False
    source = Source(1)
    remember(source)
    caching.forget("figures")

    assert source.reads == 1
    assert redis.keys("*") == []


def test_a_key_of_the_wrong_kind_does_not_fail_the_read(redis):
    redis.lpush("cache:figures", "x")
    source = Source(1)

    assert remember(source) == 1


def test_a_value_that_cannot_be_read_is_computed_and_replaced(redis):
    redis.set("cache:figures", "9999999999 not json")
    source = Source(1)
    remember(source)
    remember(source)

    assert source.reads == 1


def test_an_old_copy_serves_while_the_database_cannot_be_reached(redis):
    def unreachable():
        raise OperationalError("could not connect to server")

    with freeze_time(NOON) as time:
        remember(Source("old"))
        time.tick(EXPIRE_CACHE_TEN_MINUTES + 1)
        source = Source("new")
        source.while_reading = unreachable

        assert remember(source) == "old"


def test_a_database_that_is_away_is_not_asked_again_at_once(redis):
    def unreachable():
        raise OperationalError("could not connect to server")

    with freeze_time(NOON) as time:
        remember(Source("old"))
        time.tick(EXPIRE_CACHE_TEN_MINUTES + 1)
        source = Source("new")
        source.while_reading = unreachable
        remember(source)

        assert remember(source) == "old"
        assert source.reads == 1

        caching.forget_failures()
        source.while_reading = lambda: None
        assert remember(source) == "new"


def test_without_an_old_copy_an_unreachable_database_is_told(redis):
    def unreachable():
        raise OperationalError("could not connect to server")

    source = Source(1)
    source.while_reading = unreachable

    with pytest.raises(OperationalError):
        remember(source)


def test_a_query_that_is_wrong_is_told_even_with_an_old_copy(redis, db):
    def wrong():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")

    with freeze_time(NOON) as time:
        remember(Source("old"))
        time.tick(EXPIRE_CACHE_TEN_MINUTES + 1)
        source = Source("new")
        source.while_reading = wrong

        with pytest.raises(ProgrammingError):
            remember(source)


def test_any_other_error_propagates_even_with_an_old_copy(redis):
    def broken():
        raise ZeroDivisionError

    with freeze_time(NOON) as time:
        remember(Source("old"))
        time.tick(EXPIRE_CACHE_TEN_MINUTES + 1)
        source = Source("new")
        source.while_reading = broken

        with pytest.raises(ZeroDivisionError):
            remember(source)


def test_a_drop_that_did_not_reach_redis_is_made_up_for_at_the_next_look(redis, settings, caplog):
    remember(Source("old"))
    reachable = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    caching.forget("figures")
    settings.REDIS_URL = reachable
    forget_failures()

    assert remember(Source("new")) == "new"
    assert "figures was not dropped" in caplog.text


def test_a_drop_is_not_swallowed_by_the_silence_after_a_failure(redis, settings):
    remember(Source("old"))
    reachable = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    remember(Source("unseen"))
    settings.REDIS_URL = reachable
    caching.forget("figures")

    assert redis.exists("cache:figures") == 0


def test_local_memory_ends_after_its_seconds(settings):
    settings.READ_MODEL_SECONDS = 2
    memory, source = caching.LocalMemory(), Source(1)
    with freeze_time(NOON) as time:
        memory.remember("a", source.read)
        time.tick(1.9)
        memory.remember("a", source.read)
        reads_within = source.reads
        time.tick(0.2)
        memory.remember("a", source.read)

    assert (reads_within, source.reads) == (1, 2)


def test_local_memory_forgets_when_told(settings):
    settings.READ_MODEL_SECONDS = 2
    memory, source = caching.LocalMemory(), Source(None)
    memory.remember("a", source.read)
    memory.remember("a", source.read)
    memory.forget("a")
    memory.remember("a", source.read)

    assert source.reads == 2


def test_local_memory_of_no_seconds_remembers_nothing(settings):
    settings.READ_MODEL_SECONDS = 0
    memory, source = caching.LocalMemory(), Source(1)
    memory.remember("a", source.read)
    memory.remember("a", source.read)

    assert source.reads == 2


def test_local_memory_is_bounded(settings):
    settings.READ_MODEL_SECONDS = 2
    memory = caching.LocalMemory()
    for number in range(caching.MAX_LOCAL_ENTRIES + 10):
        memory.remember(str(number), lambda: 1)

    assert len(memory._entries) <= caching.MAX_LOCAL_ENTRIES


def increments(path):
    """Say whether a module counts something in Redis: a call, or a command of a script."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in {"incr", "incrby", "hincrby"}:
            return True
        if isinstance(node, ast.Constant) and "INCR" in str(node.value):
            return True
    return False


def test_no_increment_helper_accepts_the_keys_of_the_cache():
    modules = [
        path
        for app in ("notify_project", "services", "templates_app", "notifications", "billing")
        for path in (ROOT / app).rglob("*.py")
        if "tests" not in path.parts
    ]
    counting = [path for path in modules if increments(path)]

    assert ROOT / "services/limits.py" in counting
    for path in counting:
        text = path.read_text()
        assert "caching" not in text
        assert "cache:" not in text
