"""Numbers that people can text to: load, allocate, release and archive them."""

import re
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from services import senders
from services.models import (
    InboundNumber,
    Service,
    ServicePermission,
    ServiceSmsSender,
    User,
)
from services.models.inbound_number import NUMBER
from services.read_models import forget_service

PERMISSION = ServicePermission.Name.INBOUND_SMS.value


class InvalidInboundNumber(ApiError):
    """A number that cannot be loaded, allocated, released or archived."""


class NotAvailable(InvalidInboundNumber):
    """Nobody can be given this number now."""

    status_code = 409


def add_number(
    number: str, provider: str, *, actor: User | None, reason: str = ""
) -> InboundNumber:
    """Load a number that no service has yet.

    Args:
        number: as people in the country dial it, ``07...``.
        provider: who hands on what is texted to it.
        actor: who asked for it.
        reason: why, for support staff.

    Raises:
        InvalidInboundNumber: not such a number, known already, or the provider hands nothing on.
    """
    if not re.fullmatch(NUMBER, number):
        raise InvalidInboundNumber(f"{number} is not a number like 07700900123")
    if provider not in settings.RECEIVED_TEXTS:
        known = ", ".join(sorted(settings.RECEIVED_TEXTS))
        raise InvalidInboundNumber(f"{provider} hands on no texts; these do: {known}")
    try:
        with transaction.atomic():
            row = InboundNumber.objects.create(number=number, provider=provider)
            audit.record("add inbound number", row, actor=actor, reason=reason)
    except IntegrityError as error:
        raise InvalidInboundNumber(f"The number {number} exists already") from error
    return row


def add_numbers(
    numbers: Iterable[str], provider: str, *, actor: User | None, reason: str = ""
) -> list[InboundNumber]:
    """Load a list of numbers: all of them or none.

    Raises:
        InvalidInboundNumber: the message names the first that cannot be loaded.
    """
    # In one order, so that two who load the same list never wait for each other.
    with transaction.atomic():
        return [add_number(each, provider, actor=actor, reason=reason) for each in sorted(numbers)]


def allocate_number(
    service: Service, number: str | None = None, *, actor: User | None, reason: str = ""
) -> InboundNumber:
    """Give a service a number, the permission to receive texts, and the number as a sender.

    Args:
        service: it must not have a number.
        number: which; the one that has been free for longest, if None.
        actor: who asked for it.
        reason: why, for support staff.

    Raises:
        NotAvailable: the number is unknown, archived or another's, or none is free.
        InvalidInboundNumber: the service has a number already, or is archived.
    """
    with transaction.atomic():
        _require_can_have_one(service)
        row = _take(service, number)
        ServicePermission.objects.get_or_create(service=service, permission=PERMISSION)
        senders.tie_number(service, row)
        _record("allocate inbound number", row, service.id, actor=actor, reason=reason)
    return row


def release_number(row: InboundNumber, *, actor: User | None, reason: str = "") -> None:
    """Take a number from its service, with the permission and the sender that came with it.

    Raises:
        InvalidInboundNumber: no service has it.
    """
    with transaction.atomic():
        if not _release(row, actor, reason):
            raise InvalidInboundNumber(f"No service has the number {row.number}")


def archive_number(row: InboundNumber, *, actor: User | None, reason: str = "") -> None:
    """Give a number up for good; a service that has it loses it."""
    with transaction.atomic():
        _release(row, actor, reason)
        archived = InboundNumber.objects.filter(id=row.id, service=None, active=True)
        if archived.update(active=False, updated_at=clock.now()):
            audit.record("archive inbound number", row, actor=actor, reason=reason)


def _require_can_have_one(service: Service) -> None:
    locked = Service.objects.select_for_update(no_key=True).get(id=service.id)
    if not locked.active:
        raise InvalidInboundNumber("An archived service cannot have a number")
    if held := InboundNumber.objects.filter(service=service).first():
        raise InvalidInboundNumber(f"The service has the number {held.number}: release it first")


def _take(service: Service, number: str | None) -> InboundNumber:
    """Decide by one conditional update; two that want the last number cannot both get it."""
    free = InboundNumber.objects.free()
    if number is None:
        # Others that look for any number pass over the one that is being taken.
        free_since = Coalesce("updated_at", "created_at")
        candidates = free.select_for_update(skip_locked=True).order_by(free_since, "id")
        first = candidates.first()
        if first is None:
            raise NotAvailable("No number is free")
        number = first.number
    if not free.filter(number=number).update(service=service, updated_at=clock.now()):
        raise NotAvailable(f"The number {number} is not available")
    return InboundNumber.objects.get(number=number)


def _release(row: InboundNumber, actor: User | None, reason: str) -> bool:
    # The service is locked first, as in all that changes a service.
    service_id = InboundNumber.objects.get(id=row.id).service_id
    if service_id is None:
        return False
    service = Service.objects.select_for_update(no_key=True).get(id=service_id)
    held = InboundNumber.objects.filter(id=row.id, service=service)
    if not held.update(service=None, updated_at=clock.now()):
        return False
    ServicePermission.objects.filter(service=service, permission=PERMISSION).delete()
    for sender in ServiceSmsSender.objects.filter(inbound_number=row):
        senders.untie_number(sender)
    _record("release inbound number", row, service_id, actor=actor, reason=reason)
    return True


def _record(
    action: str, row: InboundNumber, service_id: UUID, *, actor: User | None, reason: str
) -> None:
    after = {"number": row.number}
    audit.record(action, row, actor=actor, service_id=service_id, after=after, reason=reason)
    forget_service(service_id)
