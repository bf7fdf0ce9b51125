"""What the tests of figures share."""

import socket

import pytest

from notifications.statistics import tasks
from notifications.statistics.template_usage import after_increment, increment
from notifications.statistics.usage_counters import forget_run_id
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.redis_connection import redis_connection


@pytest.fixture(autouse=True)
def _ask_for_the_run_id_again():
    forget_run_id()
    yield
    forget_run_id()


@pytest.fixture
def send(redis, recorded_tasks):
    """Return a function that stores a message of a template and counts it if it is real."""

    def store_and_count(template, at=None, **values):
        row = NotificationFactory(template=template, created_at=at or clock.now(), **values)
        if row.is_real:
            pipeline = redis_connection().pipeline(transaction=False)
            increment(pipeline, row.service_id, row.template_id, row.created_at)
            after_increment(pipeline.execute()[0], row.service_id, row.created_at)
        return row

    return store_and_count


@pytest.fixture
def run_rebuilds(recorded_tasks):
    """Return a function that runs the rebuilds that were queued, and says how many."""

    def run():
        waiting = [t for t in recorded_tasks if t.function == "rebuild_template_usage"]
        recorded_tasks.clear()
        for task in waiting:
            tasks.rebuild_template_usage(*task.args)
        return len(waiting)

    return run


@pytest.fixture
def silent_server():
    """Return the port of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
