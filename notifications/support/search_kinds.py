"""The kinds of things that a search finds, and how one of each is told from others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model

from notifications.models import (
    CallbackDelivery,
    Document,
    InboundSms,
    Job,
    LetterPrintBatch,
    Notification,
    NotificationHistory,
    SuppressedRecipient,
)
from notifications.support.masked import masked
from notify_project.models import AuditEvent
from services.models import ApiKey, Organisation, Service, User
from templates_app.models import Template

Row = Any


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing.

    Attributes:
        words: for several of them.
        named: what one is called.
        state: how it stands, as it is stored.
        at: when it came.
        not_read: columns that cost something to read, and that nobody is shown.
        is_of_service: whether it belongs to a service, in its column ``service_id``.
    """

    words: str
    model: type[Model]
    named: Callable[[Row], str]
    state: Callable[[Row], str]
    at: Callable[[Row], datetime] = lambda row: row.created_at
    not_read: tuple[str, ...] = ()
    is_of_service: bool = True

    @property
    def name(self) -> str:
        """Return what tells the kind from others."""
        return str(self.model._meta.model_name)  # noqa: SLF001 - Django's public Meta

    @property
    def permission(self) -> str:
        """Return what it takes to look at one."""
        return f"{self.model._meta.app_label}.view_{self.name}"  # noqa: SLF001 - as above


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found.

    Attributes:
        service_id: whom it belongs to; None is the platform.
        hint: what a message's recipient looks like, masked.
    """

    kind: Kind
    id: UUID
    name: str
    state: str
    at: datetime
    service_id: UUID | None = None
    service: str = ""
    hint: str = ""


def _message(row: Any) -> str:
    return str(row)


def _is_active(row: Any) -> str:
    return "active" if row.active else "archived"


def _status(row: Any) -> str:
    return str(row.status)


MESSAGES: Final = Kind(
    "Messages", Notification, _message, _status, not_read=("personalisation", "unsubscribe_link")
)
HISTORY: Final = Kind(
    "Messages of which only history is left", NotificationHistory, _message, _status
)
JOBS: Final = Kind("Jobs", Job, lambda row: row.original_file_name, lambda row: row.job_status)
TEMPLATES: Final = Kind(
    "Templates",
    Template,
    lambda row: row.name,
    lambda row: "archived" if row.archived else row.template_type,
    not_read=("content", "subject"),
)
SERVICES: Final = Kind("Services", Service, lambda row: row.name, _is_active)
API_KEYS: Final = Kind(
    "API keys",
    ApiKey,
    lambda row: row.name,
    lambda row: "revoked" if row.expiry_date else row.key_type,
    not_read=("secret",),
)
ORGANISATIONS: Final = Kind(
    "Organisations", Organisation, lambda row: row.name, _is_active, is_of_service=False
)
PEOPLE: Final = Kind(
    "People with an account", User, lambda row: row.name, lambda row: row.state, is_of_service=False
)
RECEIVED: Final = Kind(
    "Received texts",
    InboundSms,
    lambda row: f"to {row.notify_number}",
    lambda row: row.provider,
    not_read=("user_number", "content"),
)
CALLBACKS: Final = Kind(
    "Callbacks",
    CallbackDelivery,
    lambda row: f"{row.callback_type} of {row.subject_id}",
    lambda row: row.state,
    not_read=("payload",),
)
DOCUMENTS: Final = Kind(
    "Files that emails link to",
    Document,
    lambda row: f"{row.mime_type} of {row.notification_id}",
    lambda row: f"until {row.expires_at:%Y-%m-%d}",
    not_read=("sealed_filename", "recipient_check"),
)
BATCHES: Final = Kind("Print batches", LetterPrintBatch, str, lambda row: row.state)
EVENTS: Final = Kind(
    "Audit events",
    AuditEvent,
    lambda row: f"{row.action}: {row.subject_type} {row.subject_id}",
    lambda row: row.actor_kind,
    not_read=("before", "after"),
)
SUPPRESSED: Final = Kind(
    "Suppressed addresses",
    SuppressedRecipient,
    lambda row: f"kept back since {row.created_at:%Y-%m-%d}",
    lambda row: row.reason,
    not_read=("recipient",),
)

# In the order in which they are shown.
KINDS: Final = (
    *(MESSAGES, HISTORY, JOBS, TEMPLATES, SERVICES, API_KEYS, ORGANISATIONS, PEOPLE),
    *(RECEIVED, CALLBACKS, DOCUMENTS, BATCHES, SUPPRESSED, EVENTS),
)


def hit_of(kind: Kind, row: Any, names: dict[UUID, str], *, with_hint: bool) -> Hit:
    """Return what is shown of a row."""
    service_id = service_of(kind, row)
    return Hit(
        kind=kind,
        id=row.pk,
        name=kind.named(row),
        state=kind.state(row),
        at=kind.at(row),
        service_id=service_id,
        service=names.get(service_id, "") if service_id else "",
        hint=masked(row.notification_type, row.to) if with_hint and kind is MESSAGES else "",
    )


def service_of(kind: Kind, row: Any) -> UUID | None:
    """Return the service that a row belongs to."""
    if kind is SERVICES:
        return UUID(str(row.pk))
    return row.service_id if kind.is_of_service else None
