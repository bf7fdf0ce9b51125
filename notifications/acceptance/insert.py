"""The statements that insert notifications, and history rows for those that are real."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast
from weakref import WeakKeyDictionary

import orjson
from django.db import OperationalError, ProgrammingError, connection, models
from django.db.backends.utils import CursorWrapper
from psycopg2 import errorcodes

from notifications.models import HISTORY_COLUMNS, Notification
from notify_project.encryption import EncryptedTextField

Columns = dict[str, Any]

# What each open connection has prepared.
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def all_fields() -> tuple[models.Field[Any, Any], ...]:
    """Return the columns of the table in the order of the model."""
    return tuple(Notification._meta.concrete_fields)  # noqa: SLF001 - Django's public Meta


def insert_one(columns: Columns) -> None:
    """Insert a row; outside a transaction it is one statement, atomic by itself.

    Raises:
        django.db.IntegrityError: a row with this id, or of this row of a job, exists.
    """
    values = [_value(field, columns[field.attname]) for field in _fields()]
    with_history = columns["is_real"]
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute(_statement(with_history=with_history), values)
        else:
            _execute_prepared(cursor, values, with_history=with_history)


def _execute_prepared(cursor: CursorWrapper, values: list[Any], *, with_history: bool) -> None:
    """Run the statement without having it planned each time, which takes longer than running it.

    A pooler between us and PostgreSQL may hand us another session with each statement: one that
    has ours prepared already, or one that has not.
    """
    name, statement = _prepared_statement(with_history=with_history)
    prepared = _prepared.setdefault(cast("Any", connection.connection), set())
    if name not in prepared:
        try:
            cursor.execute(f"PREPARE {name} AS {statement}")
        except ProgrammingError as error:
            if _code(error) != errorcodes.DUPLICATE_PREPARED_STATEMENT:
                raise
        prepared.add(name)
    try:
        cursor.execute(f"EXECUTE {name} ({_places()})", values)
    except OperationalError as error:
        if _code(error) != errorcodes.INVALID_SQL_STATEMENT_NAME:
            raise
        prepared.clear()
        cursor.execute(_statement(with_history=with_history), values)


@lru_cache(maxsize=2)
def _prepared_statement(*, with_history: bool) -> tuple[str, str]:
    """Return the statement and its name, which no statement of another release has."""
    places = ", ".join(f"${number}" for number in range(1, len(_fields()) + 1))
    statement = _statement(with_history=with_history).replace(_places(), places)
    return f"persist_{sha256(statement.encode()).hexdigest()[:16]}", statement


def _code(error: Exception) -> str | None:
    return getattr(error.__cause__, "pgcode", None)


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, EncryptedTextField):
        return field.get_prep_value(value)
    # To the driver ids and words are objects, which it takes longer over than over text. All
    # others it takes as they are; asking each field costs 80 us a message.
    return str(value) if isinstance(value, uuid.UUID | str) else value


@lru_cache(maxsize=1)
def _fields() -> tuple[models.Field[Any, Any], ...]:
    """Return the columns that a new row fills; the others stay null until something happens."""
    return tuple(field for field in all_fields() if field.attname not in _FILLED_LATER)


_FILLED_LATER = frozenset(
    {"sent_at", "sent_by", "claimed_until", "next_attempt_at", "failure_reason"}
)


@lru_cache(maxsize=1)
def _places() -> str:
    return ", ".join(["%s"] * len(_fields()))


@lru_cache(maxsize=2)
def _statement(*, with_history: bool) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in _fields())
    insert = f"INSERT INTO notifications ({columns}) VALUES ({_places()})"  # noqa: S608 - our columns
    if not with_history:
        return insert
    copied = ", ".join(quote(column) for column in HISTORY_COLUMNS)
    return (
        f"WITH stored AS ({insert} RETURNING {copied}) "  # noqa: S608 - our columns
        f"INSERT INTO notification_history ({copied}) SELECT {copied} FROM stored"
    )


def insert_many(rows: Sequence[Columns]) -> int:
    """Insert rows with one statement, and return how many are new.

    Passed over is what exists: a row with this id, or of this row of a job, or one whose
    retention is over already and that only history remembers.
    """
    fields = _fields_of_many()
    given = [
        {
            str(field.column): value
            for field in fields
            if (value := _value(field, row[field.attname])) is not None
        }
        for row in rows
    ]
    text = orjson.dumps(given, default=datetime.isoformat).decode()
    with connection.cursor() as cursor:
        cursor.execute(_statement_of_many(), [text])
        return int(cursor.fetchone()[0])


@lru_cache(maxsize=1)
def _fields_of_many() -> tuple[models.Field[Any, Any], ...]:
    """Return the columns of rows that may have failed before they were stored."""
    reason = Notification._meta.get_field("failure_reason")  # noqa: SLF001 - Django's public Meta
    return (*_fields(), cast("models.Field[Any, Any]", reason))


@lru_cache(maxsize=1)
def _statement_of_many() -> str:
    quote = connection.ops.quote_name
    fields = _fields_of_many()
    columns = ", ".join(quote(str(field.column)) for field in fields)
    typed = ", ".join(f"{quote(str(each.column))} {each.db_type(connection)}" for each in fields)
    copied = ", ".join(quote(column) for column in HISTORY_COLUMNS)
    return (
        f"WITH stored AS (INSERT INTO notifications ({columns}) "  # noqa: S608 - our columns
        f"SELECT {columns} FROM json_to_recordset(%s::json) AS given ({typed}) "
        "WHERE NOT EXISTS (SELECT FROM notification_history h WHERE h.id = given.id) "
        f"ON CONFLICT DO NOTHING RETURNING is_real, {copied}), "
        f"remembered AS (INSERT INTO notification_history ({copied}) "
        f"SELECT {copied} FROM stored WHERE is_real) "
        "SELECT count(*) FROM stored"
    )
