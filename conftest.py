"""Fixtures that every app's tests share."""

import gc
import os
from dataclasses import dataclass

import django_rq
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from hiredis import pack_command
from redis.connection import HiredisRespSerializer, PythonRespSerializer

from notify_project import caching, metrics, queues
from notify_project.constants import Queue
from notify_project.redis_connection import forget_failures, redis_connection
from notify_project.storage import Area
from notify_project.tests import sharing
from notify_project.tests.emptying import empty_by_deleting


def pytest_configure():
    if not os.environ.get("DATABASE_URL"):
        pytest.exit("Set DATABASE_URL and REDIS_URL, or run `make test`, which starts both.", 2)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with what takes longest."""
    items.sort(key=lambda item: sharing.rank(item.nodeid))


def pytest_collection_finish():
    """Look for garbage among what tests leave, not time and again in all that is loaded."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config, log):
    """Share tests among processes as their platforms and order need it."""
    return sharing.Sharing(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let tests with several connections empty every table when they end."""
    with pytest.MonkeyPatch.context() as patched:
        with django_db_blocker.unblock():
            with connection.cursor() as cursor:
                cursor.execute(
                    "ALTER TABLE templates_history "
                    "DISABLE TRIGGER tg_templates_history_never_emptied"
                )
            empty_by_deleting(patched)
        yield


class EnqueuedWithoutFixture(AssertionError):
    """A test queued a task without saying so."""


@pytest.fixture(autouse=True)
def _answers_are_as_described(monkeypatch):
    """Compare every answer of the public API, in whatever test, with its description."""
    ask = Client.request

    def request(self, **environ):
        response = ask(self, **environ)
        path = environ.get("PATH_INFO", "")
        if path.startswith("/v2/") and django_settings.ROOT_URLCONF == "notify_project.urls":
            # Imported only here: it needs the apps, and pytest reads this file before them.
            from notify_project.tests.described import require_described  # noqa: PLC0415

            require_described(response, environ.get("REQUEST_METHOD", "GET"), path)
        return response

    monkeypatch.setattr(Client, "request", request)


@dataclass(frozen=True)
class RecordedTask:
    """What code wanted to queue."""

    queue: str
    function: str
    args: tuple[str, ...]


@pytest.fixture(autouse=True)
def _no_unexpected_tasks(monkeypatch):
    def refuse(task, args, queue):
        raise EnqueuedWithoutFixture(
            f"{task.__name__} was queued on {queue}: use the fixture recorded_tasks or run_tasks"
        )

    monkeypatch.setattr(queues, "intercept", refuse)


@pytest.fixture(autouse=True)
def _ask_again():
    _forget_failures()
    yield
    _forget_failures()


def _forget_failures():
    """Ask Redis and the database again, whether or not they failed a moment ago."""
    forget_failures()
    caching.forget_failures()
    # Imported only here: it needs the apps, and pytest reads this file before them.
    from notifications.lifecycle.held import memory  # noqa: PLC0415

    memory.forget()


@pytest.fixture
def recorded_tasks(monkeypatch):
    """Record what is queued, at the moment it is asked for, without Redis."""
    recorded: list[RecordedTask] = []

    def record(task, args, queue):
        recorded.append(RecordedTask(str(queue), task.__name__, args))
        return True

    monkeypatch.setattr(queues, "intercept", record)
    return recorded


@dataclass
class AbsentDatabase:
    """A database that is away until it is back."""

    options: dict
    port: str

    def is_away(self):
        """Let nobody listen where the database did."""
        connection.close()
        self.options["PORT"] = "1"

    def is_back(self):
        """Let the database answer again."""
        connection.close()
        self.options["PORT"] = self.port


@pytest.fixture
def database(settings, transactional_db):
    """Give a database that can go away, for this process."""
    options = settings.DATABASES["default"]
    absent = AbsentDatabase(options, options["PORT"])
    yield absent
    absent.is_back()


@pytest.fixture
def no_database(database):
    """Let the database be away; what it is given lets it come back."""
    database.is_away()
    return database


@pytest.fixture
def counted():
    """Return a function that tells how often something was counted since it was last called."""
    metrics.take()

    def amounts(name: str) -> dict[tuple[str, ...], float]:
        """Return counts, and numbers of durations, by the values of the labels."""
        found: dict[tuple[str, ...], float] = {}
        for (each, values, part), amount in metrics.take().items():
            if each == name and part != metrics.SUM:
                found[values] = found.get(values, 0) + amount
        return found

    return amounts


@pytest.fixture
def files(settings, tmp_path):
    """Give the test empty areas of files, and return the folder they are in."""
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            area.value: {
                **settings.STORAGES[area],
                "OPTIONS": {**settings.STORAGES[area]["OPTIONS"], "location": tmp_path / area},
            }
            for area in Area
        },
    }
    return tmp_path


@pytest.fixture
def redis(settings):
    """Give the test an empty Redis database of its own."""
    if not settings.TEST_REDIS_URL:
        pytest.exit("Set REDIS_URL, or run `make test`, which starts a Redis.", 2)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    url = f"{settings.TEST_REDIS_URL.partition('?')[0]}"
    settings.REDIS_URL = (
        f"{url}?db={worker}" if url.startswith("unix:") else f"{url.rsplit('/', 1)[0]}/{worker}"
    )
    settings.RQ_QUEUES = {
        name: {**config, "URL": settings.REDIS_URL} for name, config in settings.RQ_QUEUES.items()
    }
    forget_failures()
    connection = redis_connection()
    connection.flushdb()
    yield connection
    connection.flushdb()


@pytest.fixture
def run_tasks(redis, monkeypatch):
    """Queue for real, and return a function that runs what waits, in this process."""
    monkeypatch.setattr(queues, "intercept", None)

    def run(*names):
        worker = django_rq.get_worker(*(names or [queue.value for queue in Queue]))
        worker.work(burst=True)

    return run


@pytest.fixture
def redis_commands(redis, monkeypatch):
    """List the names of the commands that this process sends; the server's own count is of all."""
    names: list[str] = []
    for serializer in (HiredisRespSerializer, PythonRespSerializer):
        pack = serializer.pack

        def count(self, *args, pack=pack):
            name = args[0].decode() if isinstance(args[0], bytes) else args[0]
            names.append(name.upper())
            return pack(self, *args)

        monkeypatch.setattr(serializer, "pack", count)

    def count_in_batch(command):
        names.append(command[0])
        return pack_command(command)

    # A batch has the driver's own function, without the serializer around it.
    monkeypatch.setattr("notify_project.redis_connection.pack_command", count_in_batch)
    return names
