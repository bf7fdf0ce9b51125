"""The only way in: store a notification, and its history row if it is real."""

import re
import uuid
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Protocol, cast
from weakref import WeakKeyDictionary

from django.db import OperationalError, ProgrammingError, connection, models
from django.db.backends.utils import CursorWrapper
from psycopg2 import errorcodes

from notifications.letters.references import reference_for_new_letter
from notifications.models import HISTORY_COLUMNS, Notification
from notifications.statuses import Status
from notify_project import clock
from notify_project.constants import KeyType, NotificationType
from notify_project.encryption import EncryptedTextField
from notify_project.recipients.email import InvalidEmail, clean_email, parse_email
from notify_project.recipients.phone import InvalidPhone, clean_phone, parse_phone
from templates_app.read_models import find_version

# Source: the API contract, postage decided by a foreign country.
INTERNATIONAL_POSTAGES = frozenset({"europe", "rest-of-world"})
# What each open connection has prepared.
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
_WHITE_SPACE = re.compile(r"\s+")


class Sender(Protocol):
    """What must be known of the service: its row, or its read model."""

    @property
    def id(self) -> uuid.UUID:
        """Return the service's id."""

    @property
    def research_mode(self) -> bool:
        """Tell whether nothing of it may reach a recipient."""


def persist_notification(
    *,
    template_id: uuid.UUID,
    template_version: int,
    recipient: str,
    service: Sender,
    personalisation: dict[str, Any] | None,
    notification_type: str,
    api_key_id: uuid.UUID | None,
    key_type: str,
    created_at: datetime | None = None,
    job_id: uuid.UUID | None = None,
    job_row_number: int | None = None,
    reference: str | None = None,
    client_reference: str | None = None,
    notification_id: uuid.UUID | None = None,
    simulated: bool = False,
    created_by_id: uuid.UUID | None = None,
    status: str = Status.CREATED,
    reply_to_text: str | None = None,
    billable_units: int | None = None,
    postage: str | None = None,
    document_download_count: int | None = None,
    updated_at: datetime | None = None,
    unsubscribe_link: str | None = None,
    is_real: bool | None = None,
    process_type: str | None = None,
) -> Notification:
    """Store a notification with a plain INSERT; a simulated one is made but not stored.

    Outside a transaction it is one statement, atomic by itself.

    Raises:
        ValueError: no service, or a recipient that cannot be sent to.
        django.db.IntegrityError: a notification with this id, or row of a job, exists.
    """
    if service is None:
        raise ValueError("a notification belongs to a service")
    columns: dict[str, Any] = {
        **_blank(),
        "id": notification_id or uuid.uuid4(),
        "template_id": template_id,
        "template_version": template_version,
        "service_id": service.id,
        "personalisation": personalisation,
        "notification_type": notification_type,
        "api_key_id": api_key_id,
        "key_type": key_type,
        "is_real": _is_real(key_type, service) if is_real is None else is_real,
        "created_at": created_at or clock.now(),
        "updated_at": updated_at,
        "job_id": job_id,
        "job_row_number": job_row_number,
        "reference": reference or _new_reference(notification_type),
        "client_reference": client_reference,
        "created_by_id": created_by_id,
        "status": status,
        "reply_to_text": reply_to_text,
        "billable_units": billable_units or 0,
        "postage": postage,
        "international": postage in INTERNATIONAL_POSTAGES,
        "document_download_count": document_download_count,
        "unsubscribe_link": unsubscribe_link,
        "process_type": process_type or _process_type(template_id, template_version),
        **_recipient(notification_type, recipient, status),
    }
    if not simulated:
        _insert(columns)
    # As one that was read: that takes half as long as making one with names.
    return Notification.from_db(connection.alias, tuple(columns), tuple(columns.values()))


@lru_cache(maxsize=1)
def _blank() -> dict[str, Any]:
    """Return all columns of a row about which nothing is known, in the order of the model."""
    return {field.attname: field.get_default() for field in _all_fields()}


def _all_fields() -> tuple[models.Field[Any, Any], ...]:
    return tuple(Notification._meta.concrete_fields)  # noqa: SLF001 - Django's public Meta


def _is_real(key_type: str, service: Sender) -> bool:
    return key_type != KeyType.TEST and not service.research_mode


def _new_reference(notification_type: str) -> str | None:
    # Texts and emails get the provider's name for them when they are sent.
    return reference_for_new_letter() if notification_type == NotificationType.LETTER else None


def _process_type(template_id: uuid.UUID, template_version: int) -> str:
    version = find_version(template_id, template_version)
    if version is None:
        raise ValueError(f"template {template_id} has no version {template_version}")
    return version.process_type


def _recipient(notification_type: str, text: str, status: str) -> dict[str, Any]:
    """Return the recipient as given and normalised, and what sending to it depends on."""
    try:
        return _parsed(notification_type, text)
    except InvalidEmail:
        cleaned = clean_email(text)
        if status != Status.VALIDATION_FAILED:
            raise
    except InvalidPhone:
        cleaned = clean_phone(text)
        if status != Status.VALIDATION_FAILED:
            raise
    # A row of a spreadsheet that cannot be sent is kept so that people can see it.
    return {"to": cleaned}


def _parsed(notification_type: str, text: str) -> dict[str, Any]:
    if notification_type == NotificationType.EMAIL:
        address = parse_email(text)
        return {"to": address.cleaned, "normalised_to": address.normalised}
    if notification_type == NotificationType.LETTER:
        return {"to": text.strip(), "normalised_to": _WHITE_SPACE.sub("", text).lower()}
    number = parse_phone(text)
    return {
        "to": clean_phone(text),
        "normalised_to": number.normalised,
        "international": number.international,
        "phone_prefix": number.prefix,
        "rate_multiplier": number.rate_multiplier,
    }


def _insert(columns: dict[str, Any]) -> None:
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
    return tuple(field for field in _all_fields() if field.attname not in _FILLED_LATER)


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
