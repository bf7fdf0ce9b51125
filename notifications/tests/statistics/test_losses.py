"""Counters that Redis lost or brought back: the next read is right, the one after is cheap."""

import shutil
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from freezegun import freeze_time
from redis import Redis

from deploy.programs import Account
from deploy.servers import Home
from deploy.servers import Redis as RedisServer
from notifications.statistics.reads import template_usage
from notifications.statistics.usage_counters import start_new_generation, usage_key
from notify_project.redis_connection import redis_connection
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def _at_noon():
    with freeze_time(NOON):
        yield


def number(template):
    return {use.template_id: use.count for use in template_usage(template.service_id, 0)}


@pytest.fixture
def counted(send, run_rebuilds):
    """A template with two messages today, whose counters are believed."""
    template = TemplateFactory()
    send(template)
    send(template)
    assert run_rebuilds() == 1
    return template


@pytest.fixture
def assert_healed(run_rebuilds, django_assert_num_queries):
    """Return a check: right at once, and without counting once the rebuild has run."""

    def check(template, expected):
        assert number(template) == {template.id: expected}
        run_rebuilds()
        with django_assert_num_queries(1):
            assert number(template) == {template.id: expected}

    return check


def test_the_first_message_of_a_day_is_rebuilt_once(send, run_rebuilds, counted):
    send(counted)
    number(counted)

    assert run_rebuilds() == 0


@pytest.mark.parametrize(
    "lose",
    [
        lambda redis, key: redis.delete(key),
        lambda redis, key: redis.flushdb(),
        lambda redis, key: start_new_generation(),
        lambda redis, key: redis.hset(key, "~complete", "generation:of-another-server"),
    ],
    ids=["key deleted or evicted", "flush", "new generation by hand", "another server"],
)
@pytest.mark.parametrize("sends_after", [0, 3])
def test_a_loss_is_noticed_by_the_next_read(redis, send, counted, assert_healed, lose, sends_after):
    lose(redis, usage_key(counted.service_id, TODAY))
    for _ in range(sends_after):
        send(counted)

    assert_healed(counted, 2 + sends_after)


def test_a_key_at_the_end_of_its_life_is_counted_in_the_database(redis, counted, assert_healed):
    redis.pexpire(usage_key(counted.service_id, TODAY), 1)
    while redis.exists(usage_key(counted.service_id, TODAY)):
        pass

    assert_healed(counted, 2)


def test_without_the_run_id_a_flush_is_noticed_too(redis, settings, counted, assert_healed):
    settings.TEMPLATE_USAGE_USE_RUN_ID = False
    assert_healed(counted, 2)
    redis.flushdb()

    assert_healed(counted, 2)


@pytest.fixture
def server():
    """A Redis of our own, to restart; its account may have to be another than ours."""
    path = Path(tempfile.mkdtemp(prefix="notify-"))
    path.chmod(0o711)
    home = Home(path, Account.choose())
    yield RedisServer(home, durable=False)
    home.remove_sockets()
    shutil.rmtree(path)


def test_a_snapshot_restored_by_a_restart_is_not_believed(
    server, settings, send, run_rebuilds, assert_healed
):
    template = TemplateFactory()
    key = usage_key(template.service_id, TODAY)
    with server.running() as url:
        settings.REDIS_URL = url
        send(template)
        run_rebuilds()
        redis_connection().save()
        send(template)
        assert number(template) == {template.id: 2}
    with server.running():
        restored = Redis.from_url(url).hgetall(key)
        assert restored[str(template.id).encode()] == b"1"
        assert b"~complete" in restored

        assert_healed(template, 2)
