import psycopg2
import pytest
from django.core.signals import request_started
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from notify_project.database import drop_dead_connection, is_away, may_pass, reconnect


def backend():
    """Return the server's process behind the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end(pid):
    """End a connection from another one, as a restart does."""
    parameters = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"dbname", "user", "host", "port", "password"}
    }
    other = psycopg2.connect(**parameters)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_replaced_at_the_next_request():
    ended = backend()
    end(ended)

    request_started.send(sender=None)

    assert backend() != ended


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_well_is_kept():
    before = backend()

    drop_dead_connection()

    assert backend() == before


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_a_dead_connection_is_not_replaced():
    # Another one would go on without what the transaction has done so far.
    with pytest.raises((OperationalError, InterfaceError)):
        _lose_the_connection_in_a_transaction()
    connection.close()


@transaction.atomic
def _lose_the_connection_in_a_transaction():
    end(backend())
    drop_dead_connection()
    backend()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_closed_below_django_is_replaced():
    connection.ensure_connection()
    connection.connection.close()

    drop_dead_connection()

    assert backend()


def test_without_a_connection_there_is_nothing_to_drop():
    connection.close()

    drop_dead_connection()


@pytest.mark.parametrize(
    ("error", "answer"),
    [(InterfaceError(), True), (OperationalError(), True), (ValueError(), False)],
    ids=["interface", "no code", "another"],
)
def test_an_error_without_a_code_of_the_server_means_away(error, answer):
    assert is_away(error) is answer


@pytest.mark.django_db
def test_a_statement_that_is_wrong_does_not_mean_away():
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as c:
        c.execute("SELECT no_such_column")

    assert not is_away(raised.value)


def refused(statement):
    """Return the server's refusal of a statement."""
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as c:
        c.execute(statement)
    return raised.value


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "is_gone", "passes"),
    [
        ("SET LOCAL transaction_read_only = on; CREATE TABLE a ()", True, True),
        ("SET LOCAL statement_timeout = 10; SELECT pg_sleep(1)", False, True),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$", False, True),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'lock_not_available'; END $$", False, True),
        ("SELECT no_such_column", False, False),
        ("SELECT 1 / 0", False, False),
    ],
    ids=["read-only", "too slow", "deadlock", "locked", "wrong", "impossible"],
)
def test_what_passes_is_told_from_what_stays(statement, is_gone, passes):
    error = refused(statement)

    assert (is_away(error), may_pass(error)) == (is_gone, passes)


def test_an_error_without_a_code_passes_if_it_means_away():
    assert may_pass(InterfaceError())
    assert not may_pass(ValueError())


@pytest.mark.django_db(transaction=True)
def test_a_reconnection_is_to_another_process():
    before = backend()

    reconnect()

    assert backend() != before


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_nothing_is_reconnected():
    with transaction.atomic():
        before = backend()
        reconnect()
        assert backend() == before


@pytest.mark.django_db(transaction=True)
def test_a_server_that_only_reads_is_away():
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        _write_in_a_transaction_that_only_reads()

    assert is_away(refused.value)


def _write_in_a_transaction_that_only_reads():
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("CREATE TABLE refused ()")
