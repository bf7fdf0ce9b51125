"""Storing through a pooler, which lends another session of PostgreSQL to each statement."""

import dataclasses
import uuid

import pytest
from django.db import ProgrammingError, connection

from notifications.acceptance import insert
from notifications.acceptance.storing import store
from notifications.models import Notification
from notifications.tests.acceptance.payloads import storable_payload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payload():
    yield storable_payload()
    connection.close()


def run(statement):
    """Run a statement as whoever had the session before."""
    with connection.connection.cursor() as cursor:
        cursor.execute(statement)


def prepared():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement FROM pg_prepared_statements")
        return dict(cursor.fetchall())


def store_three(payload):
    for _ in range(3):
        store(dataclasses.replace(payload, id=uuid.uuid4()))
    return Notification.objects.count()


def test_a_session_that_does_not_have_the_statement_stores_all_the_same(payload):
    store(payload)
    run("DEALLOCATE ALL")

    assert store_three(payload) == 4


def test_a_session_in_which_somebody_prepared_the_statement_stores_all_the_same(payload):
    store(payload)
    [name] = prepared()
    # As after a change of sessions: this one is not known to have it, and has it.
    insert._prepared.clear()

    assert store_three(payload) == 4
    assert list(prepared()) == [name]


def test_a_statement_of_another_release_is_not_taken_for_ours(payload, monkeypatch):
    insert._prepared_statement.cache_clear()
    monkeypatch.setattr(insert, "_statement", lambda **_: "SELECT $1::int")
    with pytest.raises(ProgrammingError):  # what it is given does not fit it
        store(payload)
    monkeypatch.undo()
    insert._prepared_statement.cache_clear()

    assert store_three(payload) == 3
    assert len(prepared()) == 2
