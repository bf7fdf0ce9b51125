"""Writing one audit event."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from notify_project.logs import request_id
from notify_project.models import AuditEvent

_because: ContextVar[str] = ContextVar("because", default="")
_gathered: ContextVar[list[AuditEvent] | None] = ContextVar("gathered", default=None)


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch of the whole installation, which no row stands for."""

    name: str


@dataclass(frozen=True, slots=True)
class Report:
    """Something that was reported to the whole installation, which no row stands for."""

    name: str


@dataclass(frozen=True, slots=True)
class Search:
    """A look for something everywhere, which no row stands for."""

    name: str


def record(
    action: str,
    subject: Any,
    *,
    actor: AbstractBaseUser | None,
    service_id: uuid.UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write who did what to what; ``before`` and ``after`` hold no secrets.

    Without a reason it has that of the block around it.
    """
    kind = AuditEvent.ActorKind.SYSTEM
    if actor is not None:
        staff = bool(getattr(actor, "platform_admin", False))
        kind = AuditEvent.ActorKind.SUPPORT if staff else AuditEvent.ActorKind.USER
    subject_type, subject_id = _named(subject)
    event = AuditEvent.objects.create(
        actor_id=actor.pk if actor else None,
        actor_kind=kind,
        action=action,
        service_id=service_id,
        subject_type=subject_type,
        subject_id=subject_id,
        before=before,
        after=after,
        reason=reason or _because.get(),
        request_id=request_id(),
    )
    gathered = _gathered.get()
    if gathered is not None:
        gathered.append(event)
    return event


def _named(subject: Any) -> tuple[str, str]:
    if isinstance(subject, Switch | Report | Search):
        return type(subject).__name__.lower(), subject.name
    return subject._meta.label_lower, str(subject.pk)  # noqa: SLF001 - Django's public Meta


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Give the events that are written until the block ends a reason, if they have none."""
    token = _because.set(reason)
    try:
        yield
    finally:
        _because.reset(token)


@contextmanager
def gathering() -> Iterator[list[AuditEvent]]:
    """Give the events that are written until the block ends."""
    events: list[AuditEvent] = []
    token = _gathered.set(events)
    try:
        yield events
    finally:
        _gathered.reset(token)
