"""The world of the black-box cases as a fixture."""

import pytest
from django.db import transaction

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
