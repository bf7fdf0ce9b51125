"""The world of the black-box cases, and callers that need no database, as fixtures."""

import pytest
from django.db import transaction
from redis.connection import AbstractConnection

from notifications.acceptance import modes
from notifications.acceptance.modes import AcceptMode, switch_mode
from notifications.tests.api.queue_first import Caller
from notifications.tests.world import build


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker):
    """Build the world once for a module; each test undoes its own changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(_world, db, redis, recorded_tasks):
    return _world


@pytest.fixture
def queue_first(run_tasks):
    modes._memory.forget("accept-mode")
    switch_mode(AcceptMode.QUEUE_FIRST)
    yield
    modes._memory.forget("accept-mode")


@pytest.fixture
def caller(queue_first):
    """Give a caller whose messages are accepted before they are stored."""
    return Caller()


@pytest.fixture
def round_trips(monkeypatch):
    """Count what is sent to Redis: a pipeline is sent as one."""
    sent = []
    send = AbstractConnection.send_packed_command

    def count(self, command, *args, **kwargs):
        sent.append(command)
        return send(self, command, *args, **kwargs)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", count)
    return sent
