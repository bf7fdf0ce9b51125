"""A primary that dies, a replica that takes over, and Sentinel that says so: real processes."""

import subprocess

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from redis import Redis, RedisError

from notify_project import queues, redis_connection, redis_sentinel
from notify_project.constants import Queue
from notify_project.queues import enqueue
from notify_project.redis_connection import Batch, RedisUnavailable, ask_redis
from notify_project.tests import waiting_tasks
from notify_project.tests.end_to_end.platform import eventually, free_port


class Pair:
    """A primary, its replica and a Sentinel."""

    def __init__(self, directory):
        self.directory = directory
        self.primary_port, self.replica_port, self.sentinel_port = (free_port() for _ in range(3))
        self.processes = []

    def __enter__(self):
        self.primary = self._start(f"port {self.primary_port}")
        self._start(f"port {self.replica_port}", f"replicaof 127.0.0.1 {self.primary_port}")
        replica = Redis(port=self.replica_port)
        eventually(lambda: _role(replica) == ["slave", "connected"], what="replication")
        self._start(
            f"port {self.sentinel_port}",
            f"sentinel monitor ours 127.0.0.1 {self.primary_port} 1",
            "sentinel down-after-milliseconds ours 500",
            "sentinel failover-timeout ours 2000",
            "requirepass watched",
            sentinel=True,
        )
        sentinel = Redis(port=self.sentinel_port, password="watched")
        eventually(lambda: _knows_replica(sentinel), what="the finding of the replica")
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()

    def url(self):
        hosts = f"127.0.0.1:1,127.0.0.1:{self.sentinel_port}"  # one of them is away
        return f"sentinel://{hosts}/ours/0?sentinel_password=watched"

    def kill_primary(self):
        self.primary.kill()
        self.primary.wait()

    def _start(self, *lines, sentinel=False):
        path = self.directory / f"{len(self.processes)}.conf"
        own = ["bind 127.0.0.1", f"dir {self.directory}", 'save ""'][: 2 if sentinel else 3]
        path.write_text("\n".join([*own, *lines]) + "\n")
        command = ["redis-server", str(path), *(["--sentinel"] if sentinel else [])]
        with path.with_suffix(".log").open("w") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))
        return self.processes[-1]


def _role(redis):
    try:
        role = redis.role()
    except RedisError:
        return []
    return [role[0].decode(), role[3].decode()] if role[0] == b"slave" else []


def _knows_replica(sentinel):
    try:
        return sentinel.sentinel_master("ours")["num-slaves"] == 1
    except RedisError:
        return False


@pytest.fixture
def pair(tmp_path, settings, monkeypatch):
    with Pair(tmp_path) as servers:
        settings.REDIS_URL = servers.url()
        settings.REDIS_TIMEOUT_SECONDS = 5.0
        own = redis_sentinel.queue_config(servers.url())
        kept = ("SERIALIZER", "DEFAULT_TIMEOUT")
        settings.RQ_QUEUES = {
            name: {**{word: config[word] for word in kept}, **own}
            for name, config in django_settings.RQ_QUEUES.items()
        }
        monkeypatch.setattr(queues, "intercept", None)
        yield servers


def ask_until_answered(question):
    def answer():
        try:
            return ask_redis("test", question) is not None
        except RedisUnavailable:
            redis_connection.forget_failures()
            return False

    # A Sentinel on a busy machine mistrusts its own clock, and does nothing for half a minute.
    eventually(answer, seconds=120, what="an answer of the new primary")


def test_after_the_primarys_death_the_other_is_asked(pair):
    batch = Batch().set("ours", "1", nx=False, ex=60)
    assert ask_redis("test", batch.answers) == [b"OK"]
    ask_redis("test", lambda redis: redis.wait(1, 1000))

    pair.kill_primary()

    ask_until_answered(lambda redis: redis.get("ours"))
    ask_until_answered(batch.answers)
    assert Redis(port=pair.replica_port).role()[0] == b"master"


@pytest.mark.django_db(transaction=True)
def test_a_worker_goes_on_with_what_waits_at_the_new_primary(pair):
    waiting_tasks.ran.clear()
    enqueue(waiting_tasks.note, "before", queue=Queue.NORMAL)
    ask_redis("test", lambda redis: redis.wait(1, 1000))

    pair.kill_primary()
    ask_until_answered(lambda redis: redis.set("found", 1))
    enqueue(waiting_tasks.note, "after", queue=Queue.NORMAL)
    call_command("run_worker", "normal", burst=True)

    assert waiting_tasks.ran == ["before", "after"]


def test_a_url_says_it_all():
    address = redis_sentinel.parse(
        "sentinel://notify:p%40ss@one,two:26380/ours/3?sentinel_password=other"
    )

    assert address == redis_sentinel.Address(
        (("one", 26379), ("two", 26380)), "ours", 3, "notify", "p@ss", "other"
    )
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize(
    "url", ["sentinel://one:1", "sentinel:///ours", "sentinel://one:x/ours", "sentinel://a/ours/x"]
)
def test_a_url_that_lacks_something_is_refused_without_its_password(url):
    with pytest.raises(ValueError, match="REDIS_URL") as refused:
        redis_sentinel.parse(url.replace("://", "://secret:word@"))

    assert "word" not in str(refused.value)


def test_a_url_of_redis_itself_stays_what_it_is():
    url = "redis://127.0.0.1:1/0"

    assert not redis_sentinel.is_sentinel(url)
    assert redis_sentinel.queue_config(url)["URL"] == url
