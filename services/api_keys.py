"""API keys: issued once, revoked for good."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.constants import KeyType
from notify_project.versioning import save_versioned
from services.models import ApiKey, ApiKeyHistory, Service, User
from services.names import key_word
from services.read_models import forget_service

MAX_NAME = 255


class InvalidKey(ApiError):
    """A key that cannot be issued."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key with what is shown of it once.

    Attributes:
        key: the stored key.
        shown_once: ``{name}-{service id}-{secret}``, as callers configure it.
    """

    key: ApiKey
    shown_once: str = field(repr=False)


def issue(
    service: Service, name: str, key_type: str, *, actor: User | None, secret: str | None = None
) -> IssuedKey:
    """Issue a key.

    Args:
        service: whose.
        name: unique among the service's keys that are not revoked.
        key_type: what it may do.
        actor: who asked for it.
        secret: a lower-case UUID of version 4; made here unless given.

    Raises:
        InvalidKey: the name is taken or empty, the type unknown, the secret malformed or used.
    """
    name = name.strip()
    secret = secret or str(uuid.uuid4())
    key = ApiKey(
        service=service,
        name=name,
        key_type=key_type,
        secret=secret,
        secret_digest=sha256(secret.encode()).hexdigest(),
        created_by=actor,
    )
    try:
        with transaction.atomic():
            # The caller's copy of the service may be older than its archiving.
            locked = Service.objects.select_for_update(no_key=True).get(id=service.id)
            _require_valid(locked, name, key_type, secret)
            save_versioned(key, ApiKeyHistory)
            after = {"name": name, "key_type": str(key_type)}
            audit.record("issue key", key, actor=actor, service_id=service.id, after=after)
            forget_service(service.id)
    except IntegrityError as error:
        raise InvalidKey(f"The key {name} exists already, or its secret is in use") from error
    return IssuedKey(key, f"{key_word(name)}-{service.id}-{secret}")


def revoke(
    key: ApiKey, *, actor: User | None, now: datetime | None = None, reason: str = ""
) -> ApiKey:
    """Revoke a key at once; a second time changes nothing."""
    with transaction.atomic():
        row = ApiKey.objects.select_for_update(no_key=True).get(id=key.id)
        if row.expiry_date is not None:
            return row
        row.expiry_date = now or clock.now()
        by = {"created_by_id": actor.id} if actor else {}
        save_versioned(row, ApiKeyHistory, **by)
        audit.record(
            "revoke key",
            row,
            actor=actor,
            service_id=row.service_id,
            before={"expiry_date": None},
            after={"expiry_date": clock.api_time(row.expiry_date)},
            reason=reason,
        )
        forget_service(row.service_id)
    return row


def _require_valid(service: Service, name: str, key_type: str, secret: str) -> None:
    if not service.active:
        raise InvalidKey("The service is archived")
    if not key_word(name):
        raise InvalidKey("The name of a key needs a letter or a digit")
    if len(name) > MAX_NAME:
        raise InvalidKey(f"The name of a key has at most {MAX_NAME} characters")
    if key_type not in KeyType.values:
        raise InvalidKey(f"{key_type} is not a type of key")
    try:
        parsed = uuid.UUID(secret)
    except ValueError as error:
        raise InvalidKey("The secret must be a lower-case UUID of version 4") from error
    if str(parsed) != secret or parsed.version != 4:
        raise InvalidKey("The secret must be a lower-case UUID of version 4")
    if ApiKey.objects.filter(service=service, name=name, expiry_date=None).exists():
        raise InvalidKey(f"The key {name} exists already")
