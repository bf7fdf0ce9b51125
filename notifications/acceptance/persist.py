"""The only way in: store a notification, and its history row if it is real."""

import re
import uuid
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol, cast
from weakref import WeakKeyDictionary

from django.db import OperationalError, connection, models
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
    notification = Notification(
        id=notification_id or uuid.uuid4(),
        template_id=template_id,
        template_version=template_version,
        service_id=service.id,
        personalisation=cast("Any", personalisation),  # stored as text, read as an object
        notification_type=notification_type,
        api_key_id=api_key_id,
        key_type=key_type,
        is_real=_is_real(key_type, service) if is_real is None else is_real,
        created_at=created_at or clock.now(),
        updated_at=updated_at,
        job_id=job_id,
        job_row_number=job_row_number,
        reference=reference or _new_reference(notification_type),
        client_reference=client_reference,
        created_by_id=created_by_id,
        status=status,
        reply_to_text=reply_to_text,
        billable_units=billable_units or 0,
        postage=postage,
        international=postage in INTERNATIONAL_POSTAGES,
        document_download_count=document_download_count,
        unsubscribe_link=unsubscribe_link,
        process_type=process_type or _process_type(template_id, template_version),
    )
    _set_recipient(notification, recipient)
    if not simulated:
        _insert(notification)
    return notification


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


def _set_recipient(notification: Notification, recipient: str) -> None:
    """Keep the recipient as given and normalised, and what sending to it depends on."""
    try:
        if notification.notification_type == NotificationType.SMS:
            _set_phone_number(notification, recipient)
        elif notification.notification_type == NotificationType.EMAIL:
            notification.to = clean_email(recipient)
            notification.normalised_to = parse_email(recipient).normalised
        else:
            notification.to = recipient.strip()
            notification.normalised_to = _WHITE_SPACE.sub("", recipient).lower()
    except (InvalidEmail, InvalidPhone):
        # A row of a spreadsheet that cannot be sent is kept so that people can see it.
        if notification.status != Status.VALIDATION_FAILED:
            raise


def _set_phone_number(notification: Notification, recipient: str) -> None:
    notification.to = clean_phone(recipient)
    number = parse_phone(recipient)
    notification.normalised_to = number.normalised
    notification.international = number.international
    notification.phone_prefix = number.prefix
    notification.rate_multiplier = number.rate_multiplier


def _insert(notification: Notification) -> None:
    values = [_value(field, getattr(notification, field.attname)) for field in _fields()]
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute(_statement(with_history=notification.is_real), values)
        else:
            _execute_prepared(cursor, values, with_history=notification.is_real)


def _execute_prepared(cursor: CursorWrapper, values: list[Any], *, with_history: bool) -> None:
    """Run the statement without having it planned each time, which takes longer than running it."""
    name = f"persist_{'with' if with_history else 'without'}_history"
    prepared = _prepared.setdefault(cast("Any", connection.connection), set())
    if name not in prepared:
        places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        statement = _statement(with_history=with_history).replace(_places(), places)
        cursor.execute(f"PREPARE {name} AS {statement}")
        prepared.add(name)
    try:
        cursor.execute(f"EXECUTE {name} ({_places()})", values)
    except OperationalError as error:
        # A pooler between us and PostgreSQL may have handed us another session.
        if getattr(error.__cause__, "pgcode", None) != errorcodes.INVALID_SQL_STATEMENT_NAME:
            raise
        prepared.clear()
        cursor.execute(_statement(with_history=with_history), values)


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    # The driver takes all other values as they are; asking each field costs 80 us a message.
    return field.get_prep_value(value) if isinstance(field, EncryptedTextField) else value


@lru_cache(maxsize=1)
def _fields() -> tuple[models.Field[Any, Any], ...]:
    """Return the columns that a new row fills; the others stay null until something happens."""
    return tuple(
        field
        for field in Notification._meta.concrete_fields  # noqa: SLF001 - Django's public Meta
        if field.attname not in _FILLED_LATER
    )


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
