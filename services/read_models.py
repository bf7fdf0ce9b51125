"""What accepting a message must know of a service, cached and dropped on change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import Q

from notify_project import caching, clock
from notify_project.constants import KeyType, NotificationType
from notify_project.encryption import decrypt, encrypt
from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.recipients.phone import InvalidPhone, parse_phone
from services.models import (
    ApiKey,
    EmailBranding,
    Service,
    ServiceCallbackApi,
    ServiceDataRetention,
    ServiceEmailReplyTo,
    ServiceGuestList,
    ServicePermission,
    ServiceSmsSender,
    User,
)
from services.models.retention import DEFAULT_DAYS

# Source: the API contract, life-cycle of keys.
REVOKED_KEYS_REMEMBERED = timedelta(days=7)
# Part of the key: a release that changes the fields below does not read older copies.
FORMAT = 5


@dataclass(frozen=True, slots=True)
class KeyModel:
    """An API key that verifies tokens, or did within the last week."""

    id: UUID
    secret: str = field(repr=False)
    key_type: KeyType
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class SenderModel:
    """A sender of texts or a reply-to address."""

    id: UUID
    text: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class BrandingModel:
    """Whose logo the emails of a service show."""

    brand_type: str
    colour: str | None
    logo: str | None
    text: str | None
    alt_text: str | None


@dataclass(frozen=True, slots=True)
class ServiceModel:
    """A service with everything that decides what it may send, and to whom."""

    id: UUID
    name: str
    active: bool
    restricted: bool
    research_mode: bool
    deferred_persistence: bool
    uses_suppression_list: bool
    email_sender_local_part: str
    sender_name: str
    prefix_sms: bool
    rate_limit: int
    daily_limits: dict[str, int]
    contact_link: str | None
    days_of_retention: dict[str, int]
    permissions: frozenset[str]
    keys: tuple[KeyModel, ...]
    sms_senders: tuple[SenderModel, ...]
    reply_tos: tuple[SenderModel, ...]
    recipients: frozenset[str] = field(repr=False)
    callback_types: frozenset[str]
    branding: BrandingModel | None = None
    letter_logo: str | None = None
    crown: bool | None = None


_memory: caching.LocalMemory[ServiceModel | None] = caching.LocalMemory()


def find_service(service_id: UUID) -> ServiceModel | None:
    """Return a service: from memory, else from Redis, else with one query for each table."""
    key = _key(service_id)
    return _memory.remember(
        key,
        lambda: caching.remember(key, lambda: _load(service_id), encode=_encode, decode=_decode),
    )


def forget_service(service_id: UUID) -> None:
    """Drop a service once the transaction, if one is open, is committed: call on each change."""

    def forget() -> None:
        _memory.forget(_key(service_id))
        caching.forget(_key(service_id))

    transaction.on_commit(forget)


def _key(service_id: UUID) -> str:
    return f"service-{FORMAT}:{service_id}"


def _load(service_id: UUID) -> ServiceModel | None:
    service = (
        Service.objects.select_related("email_branding", "letter_branding")
        .filter(id=service_id)
        .first()
    )
    if service is None:
        return None
    permissions = ServicePermission.objects.filter(service=service_id)
    callbacks = ServiceCallbackApi.objects.filter(service=service_id)
    retentions = ServiceDataRetention.objects.filter(service=service_id)
    unarchived = Q(service=service_id, archived=False)
    sms_senders = ServiceSmsSender.objects.filter(unarchived).order_by("created_at", "id")
    reply_tos = ServiceEmailReplyTo.objects.filter(unarchived).order_by("created_at", "id")
    return ServiceModel(
        id=service.id,
        name=service.name,
        active=service.active,
        restricted=service.restricted,
        research_mode=service.research_mode,
        deferred_persistence=service.deferred_persistence,
        uses_suppression_list=service.uses_suppression_list,
        email_sender_local_part=service.email_sender_local_part,
        sender_name=service.custom_email_sender_name or service.name,
        prefix_sms=service.prefix_sms,
        rate_limit=service.rate_limit,
        daily_limits={
            "email": service.email_message_limit,
            "sms": service.sms_message_limit,
            "letter": service.letter_message_limit,
            "international_sms": service.international_sms_message_limit,
        },
        contact_link=service.contact_link,
        days_of_retention=dict.fromkeys(NotificationType.values, DEFAULT_DAYS)
        | dict(retentions.values_list("notification_type", "days_of_retention")),
        permissions=frozenset(permissions.values_list("permission", flat=True)),
        keys=_load_keys(service_id),
        sms_senders=_senders(sms_senders.values_list("id", "sms_sender", "is_default")),
        reply_tos=_senders(reply_tos.values_list("id", "email_address", "is_default")),
        recipients=frozenset(_load_recipients(service_id)),
        callback_types=frozenset(callbacks.values_list("callback_type", flat=True)),
        branding=_load_branding(service.email_branding),
        letter_logo=service.letter_branding.filename if service.letter_branding else None,
        crown=service.crown,
    )


def _load_branding(row: EmailBranding | None) -> BrandingModel | None:
    if row is None:
        return None
    return BrandingModel(row.brand_type, row.colour, row.logo, row.text, row.alt_text)


def _load_keys(service_id: UUID) -> tuple[KeyModel, ...]:
    remembered = Q(expiry_date=None) | Q(expiry_date__gt=clock.now() - REVOKED_KEYS_REMEMBERED)
    keys = ApiKey.objects.filter(remembered, service=service_id).order_by("created_at", "id")
    # A secret that cannot be decrypted reads as empty, and anybody can sign with nothing.
    return tuple(
        KeyModel(k.id, k.secret, KeyType(k.key_type), k.expiry_date) for k in keys if k.secret
    )


def _senders(rows: Iterable[tuple[UUID, str, bool]]) -> tuple[SenderModel, ...]:
    return tuple(SenderModel(*row) for row in rows)


def _load_recipients(service_id: UUID) -> Iterable[str]:
    members = User.objects.filter(memberships__service=service_id).exclude(
        state=User.State.INACTIVE
    )
    for email_address, mobile_number in members.values_list("email_address", "mobile_number"):
        yield from _normalised_email(email_address)
        yield from _normalised_phone(mobile_number or "")
    guests = ServiceGuestList.objects.filter(service=service_id)
    for recipient_type, recipient in guests.values_list("recipient_type", "recipient"):
        if recipient_type == ServiceGuestList.Kind.EMAIL:
            yield from _normalised_email(recipient)
        else:
            yield from _normalised_phone(recipient)


def _normalised_email(address: str) -> Iterable[str]:
    try:
        yield parse_email(address).normalised
    except InvalidEmail:
        return


def _normalised_phone(number: str) -> Iterable[str]:
    try:
        yield parse_phone(number).normalised
    except InvalidPhone:
        return


def _encode(service: ServiceModel | None) -> str | None:
    if service is None:
        return None
    # It holds secrets, addresses and phone numbers: Redis sees none of them.
    return encrypt(orjson.dumps(service, default=sorted).decode())


def _decode(text: str) -> ServiceModel:
    try:
        return _built(orjson.loads(decrypt(text)))
    except (InvalidToken, KeyError, TypeError) as error:
        raise ValueError("encrypted with a forgotten key, or of another format") from error


def _built(columns: dict[str, Any]) -> ServiceModel:
    columns["id"] = UUID(columns["id"])
    columns["keys"] = tuple(map(_decode_key, columns["keys"]))
    if columns["branding"] is not None:
        columns["branding"] = BrandingModel(**columns["branding"])
    for name in ("sms_senders", "reply_tos"):
        columns[name] = tuple(
            SenderModel(UUID(row["id"]), row["text"], row["is_default"]) for row in columns[name]
        )
    for name in ("permissions", "recipients", "callback_types"):
        columns[name] = frozenset(columns[name])
    return ServiceModel(**columns)


def _decode_key(row: dict[str, Any]) -> KeyModel:
    revoked_at = row["revoked_at"]
    return KeyModel(
        id=UUID(row["id"]),
        secret=row["secret"],
        key_type=KeyType(row["key_type"]),
        revoked_at=datetime.fromisoformat(revoked_at) if revoked_at else None,
    )
