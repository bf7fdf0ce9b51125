"""Create, change, make live and archive a service."""

import uuid
from collections.abc import Iterable, Set
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.texts import clean_name
from notify_project.versioning import save_versioned
from services import api_keys, hooks
from services.details import require_contact, require_one_line
from services.members import EVERY_PERMISSION, add_member
from services.models import (
    ApiKey,
    EmailBranding,
    Organisation,
    Service,
    ServiceHistory,
    ServicePermission,
    ServiceSmsSender,
    User,
)
from services.names import local_part
from services.read_models import forget_service

# Source: the domain model, creating a service and daily limits.
DEFAULT_PERMISSIONS = ("sms", "email", "letter", "international_sms")
LIVE_LIMITS = {
    "email_message_limit": 250_000,
    "sms_message_limit": 250_000,
    "letter_message_limit": 20_000,
}
MAX_NAME = 255
MAX_LIMIT = 2**31 - 1
_LIMITS = (*LIVE_LIMITS, "international_sms_message_limit", "rate_limit")


class InvalidService(ApiError):
    """A service that cannot be saved."""


def create_service(
    name: str,
    *,
    actor: User | None,
    organisation: Organisation | None = None,
    permissions: Iterable[str] = DEFAULT_PERMISSIONS,
    service_id: uuid.UUID | None = None,
    reason: str = "",
    **columns: Any,
) -> Service:
    """Create a service with its permissions, one default sender, and its creator in the team.

    Raises:
        InvalidService: the name is empty, too long or taken, a limit or permission impossible, the
            branding switched off.
        InvalidDetails: a name has line breaks, or the contact details are none.
    """
    # Source: the domain model: services that support staff create do not count as live.
    columns.setdefault("count_as_live", actor is None or not actor.platform_admin)
    service = Service(
        id=service_id or uuid.uuid4(),
        name=clean_name(name),
        organisation=organisation,
        organisation_type=organisation.organisation_type if organisation else "other",
        created_by=actor,
        **columns,
    )
    _set_derived(service)
    _require_valid(service)
    _require_presentable(service, {"name", *columns})
    with transaction.atomic():
        _save(service)
        _grant(service, permissions)
        ServiceSmsSender.objects.create(
            service=service, sms_sender=settings.FROM_NUMBER, is_default=True
        )
        if actor is not None:
            add_member(service, actor, actor=actor, permissions=EVERY_PERMISSION)
        audit.record("create service", service, actor=actor, service_id=service.id, reason=reason)
        hooks.service_created(service)
        forget_service(service.id)
    return service


def update_service(
    service: Service, *, actor: User | None, reason: str = "", **changes: Any
) -> Service:
    """Save changes as the next version; what differs in nothing makes no version.

    Raises:
        InvalidService: the service is archived, the new name empty, too long or taken, a limit
            impossible, or the new branding switched off.
        InvalidDetails: a new name has line breaks, or the new contact details are none.
    """
    with transaction.atomic():
        row = _locked(service)
        _require_unarchived(row)
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        row.name = clean_name(row.name)
        changed = {name for name in changes if getattr(row, name) != before[name]}
        if not changed:
            return row
        _require_presentable(row, changed)
        _set_derived(row)
        _require_valid(row)
        _save(row)
        audit.record(
            "change service",
            row,
            actor=actor,
            service_id=row.id,
            before={name: _audited(before[name]) for name in sorted(changed)},
            after={name: _audited(getattr(row, name)) for name in sorted(changed)},
            reason=reason,
        )
        forget_service(row.id)
    return row


def set_permissions(service: Service, permissions: Iterable[str], *, actor: User | None) -> None:
    """Give a service exactly these permissions.

    Raises:
        InvalidService: the service is archived, or there is no such permission.
    """
    wanted = set(permissions)
    with transaction.atomic():
        _require_unarchived(_locked(service))
        rows = ServicePermission.objects.filter(service=service)
        held = set(rows.values_list("permission", flat=True))
        if held == wanted:
            return
        rows.exclude(permission__in=wanted).delete()
        _grant(service, wanted - held)
        audit.record(
            "change permissions",
            service,
            actor=actor,
            service_id=service.id,
            before={"permissions": sorted(held)},
            after={"permissions": sorted(wanted)},
        )
        forget_service(service.id)


def make_live(service: Service, *, actor: User | None) -> Service:
    """End the trial mode: anyone may be written to, within the limits of a live service.

    Raises:
        InvalidService: the service is archived.
    """
    limits: dict[str, Any] = dict(LIVE_LIMITS)
    return update_service(service, actor=actor, restricted=False, **limits)


def archive_service(service: Service, *, actor: User | None, reason: str = "") -> Service:
    """Archive a service: its name is free again, its keys are revoked now."""
    now = clock.now()
    with transaction.atomic():
        row = _locked(service)
        if not row.active:
            return row
        row.active = False
        row.name = f"_archived_{now:%Y-%m-%d_%H:%M:%S.%f}_{row.name}"[:MAX_NAME]
        _set_derived(row)
        _save(row)
        for key in ApiKey.objects.filter(service=row, expiry_date=None):
            api_keys.revoke(key, actor=actor, now=now, reason=reason)
        audit.record("archive service", row, actor=actor, service_id=row.id, reason=reason)
        hooks.service_archived(row)
        forget_service(row.id)
    return row


def _audited(value: Any) -> Any:
    """Return a column's value as an audit event keeps it: of another row, its id."""
    return str(value.pk) if isinstance(value, Model) else value


def _locked(service: Service) -> Service:
    """Order concurrent changes of a service; its messages are stored meanwhile."""
    return Service.objects.select_for_update(no_key=True).get(id=service.id)


def _save(service: Service) -> None:
    try:
        with transaction.atomic():
            save_versioned(service, ServiceHistory)
    except IntegrityError as error:
        # Somebody took the name between the check and now.
        raise InvalidService(f"The service {service.name} exists already") from error


def _set_derived(service: Service) -> None:
    service.normalised_service_name = local_part(service.name)
    service.email_sender_local_part = local_part(service.custom_email_sender_name or service.name)


def require_free_name(name: str, service_id: uuid.UUID | None) -> None:
    """Refuse a name that a service cannot have.

    Args:
        name: trimmed.
        service_id: the service that may have it already.

    Raises:
        InvalidService: it is empty, too long, without letters, taken, or too much like another.
    """
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidService(f"The name must have 1 to {MAX_NAME} characters")
    if not local_part(name):
        raise InvalidService("The name needs a letter or a digit")
    others = Service.objects.exclude(id=service_id or uuid.UUID(int=0))
    if others.filter(name=name).exists():
        raise InvalidService(f"The service {name} exists already")
    if others.filter(normalised_service_name=local_part(name)).exists():
        raise InvalidService(f"Another service has a name too much like {name}")


def _require_valid(service: Service) -> None:
    require_free_name(service.name, service.id)
    if not service.email_sender_local_part:
        raise InvalidService("The sender's name needs a letter or a digit")
    for name in _LIMITS:
        if not 0 <= getattr(service, name) <= MAX_LIMIT:
            raise InvalidService(f"The {name} must be between 0 and {MAX_LIMIT}")


def _require_presentable(service: Service, names: Set[str]) -> None:
    """Check what recipients are shown, as far as it is new: older rows may have worse."""
    for name, word in (("name", "name"), ("custom_email_sender_name", "sender's name")):
        if name in names:
            require_one_line(word, getattr(service, name) or "")
    if "contact_link" in names and service.contact_link:
        require_contact(service.contact_link)
    branding: EmailBranding | None = service.email_branding if "email_branding" in names else None
    if branding is not None and not branding.active:
        raise InvalidService(f"The branding {branding} is switched off")


def _require_unarchived(service: Service) -> None:
    if not service.active:
        raise InvalidService("The service is archived")


def _grant(service: Service, permissions: Iterable[str]) -> None:
    words = sorted(set(permissions))
    for word in words:
        if word not in ServicePermission.Name.values:
            raise InvalidService(f"{word} is not a permission")
    ServicePermission.objects.bulk_create(
        ServicePermission(service=service, permission=word) for word in words
    )
