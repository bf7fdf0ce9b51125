"""Senders: exactly one default sender of texts, at most one default of the other kinds."""

import re
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from notify_project import clock
from notify_project.api.errors import ApiError
from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.texts import is_storable
from services import hooks
from services.models import (
    InboundNumber,
    Service,
    ServiceEmailReplyTo,
    ServiceLetterContact,
    ServiceSmsSender,
)
from services.read_models import forget_service

Sender = TypeVar("Sender", ServiceSmsSender, ServiceEmailReplyTo, ServiceLetterContact)

# Source: the domain model, senders.
_CHARACTERS = re.compile(r"[A-Za-z0-9 &.\-_]{3,11}")
_NUMBER = re.compile(r"07[0-9]{9}|[678][0-9]{4}")
_FORBIDDEN = frozenset({"info", "verify", "alert"})
# Source: the API contract, checks on save of letter contact blocks.
MAX_CONTACT_LINES = 10


class InvalidSender(ApiError):
    """A sender that cannot be saved."""


class SenderExists(InvalidSender):
    """The service has this sender already."""

    status_code = 409


def require_sms_sender(text: str) -> None:
    """Refuse what networks would not show.

    Raises:
        InvalidSender: the message says why.
    """
    if not _CHARACTERS.fullmatch(text):
        raise InvalidSender("A sender has 3 to 11 letters, digits, spaces or & . - _")
    if text != text.strip():
        raise InvalidSender("A sender neither begins nor ends with a space")
    if text.startswith("00") or text.lower() in _FORBIDDEN:
        raise InvalidSender(f"{text} cannot be a sender")
    if re.fullmatch(r"[0-9.]+", text) and not _NUMBER.fullmatch(text):
        raise InvalidSender("A sender of digits is a mobile number (07...) or a short code")


def add_sms_sender(service: Service, text: str, *, is_default: bool = False) -> ServiceSmsSender:
    """Add a sender of texts.

    Raises:
        InvalidSender: networks would not show it, or the service has it already.
    """
    require_sms_sender(text)
    return _add(service, ServiceSmsSender, {"sms_sender": text}, is_default=is_default)


def add_reply_to(
    service: Service, address: str, *, is_default: bool = False
) -> ServiceEmailReplyTo:
    """Add a reply-to address.

    Raises:
        InvalidSender: not an address, or the service has it already.
    """
    try:
        cleaned = parse_email(address).cleaned
    except InvalidEmail as error:
        raise InvalidSender(str(error)) from error
    return _add(service, ServiceEmailReplyTo, {"email_address": cleaned}, is_default=is_default)


def add_letter_contact(
    service: Service, block: str, *, is_default: bool = False
) -> ServiceLetterContact:
    """Add a contact block of letters; it never changes, so that a letter's version says it all.

    Raises:
        InvalidSender: it is empty or too long, or the service has it already.
    """
    cleaned = contact_block_of(block)
    if not is_storable(cleaned):
        raise InvalidSender("An address must not contain null characters or halves of pairs")
    if not cleaned:
        raise InvalidSender("The address must not be empty")
    count = len(cleaned.splitlines())
    if count > MAX_CONTACT_LINES:
        raise InvalidSender(
            f"This address is {count} lines long - "
            f"the most you can have is {MAX_CONTACT_LINES} lines"
        )
    value = {"contact_block": cleaned}
    return _add(service, ServiceLetterContact, value, is_default=is_default)


def contact_block_of(text: str) -> str:
    """Return the text of a contact block as it is kept: its lines trimmed, the same line ends."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def make_default(sender: Sender) -> None:
    """Make a sender the only default of its service and kind.

    Raises:
        InvalidSender: it is archived.
    """
    with transaction.atomic():
        _lock(sender.service_id)
        rows = type(sender).objects.filter(service=sender.service_id, archived=False)
        if not rows.filter(id=sender.id).exists():
            raise InvalidSender("An archived sender cannot be the default")
        rows.filter(is_default=True).exclude(id=sender.id).update(
            is_default=False, updated_at=clock.now()
        )
        rows.filter(id=sender.id, is_default=False).update(is_default=True, updated_at=clock.now())
        forget_service(sender.service_id)


def archive_sender(sender: Sender) -> None:
    """Archive a sender; templates that use a contact block lose it.

    Raises:
        InvalidSender: it is the default, or answers come in under it.
    """
    with transaction.atomic():
        _lock(sender.service_id)
        if getattr(sender, "inbound_number_id", None):
            raise InvalidSender("The service receives texts under this number: release it first")
        rows = type(sender).objects.filter(id=sender.id, is_default=False)
        if not rows.update(archived=True, updated_at=clock.now()):
            raise InvalidSender("The default cannot be archived: make another the default first")
        if isinstance(sender, ServiceLetterContact):
            hooks.letter_contact_archived(sender)
        forget_service(sender.service_id)


def tie_number(service: Service, number: InboundNumber) -> ServiceSmsSender:
    """Make a number that a service was given one of its senders, for as long as it has it."""
    with transaction.atomic():
        _lock(service.id)
        rows = ServiceSmsSender.objects.filter(service=service, archived=False)
        sender = rows.filter(sms_sender=number.number).first()
        sender = sender or add_sms_sender(service, number.number)
        sender.inbound_number, sender.updated_at = number, clock.now()
        sender.save(update_fields=["inbound_number", "updated_at"])
        forget_service(service.id)
    return sender


def untie_number(sender: ServiceSmsSender) -> None:
    """Archive the sender of a number that its service has lost; another becomes the default."""
    with transaction.atomic():
        _lock(sender.service_id)
        rows = ServiceSmsSender.objects.filter(service=sender.service_id, archived=False)
        if rows.filter(id=sender.id, is_default=True).exists():
            others = rows.exclude(id=sender.id).order_by("created_at", "id")
            make_default(others.first() or add_sms_sender(sender.service, settings.FROM_NUMBER))
        ServiceSmsSender.objects.filter(id=sender.id).update(
            inbound_number=None, archived=True, updated_at=clock.now()
        )
        forget_service(sender.service_id)


def _add(
    service: Service, kind: type[Sender], value: dict[str, Any], *, is_default: bool
) -> Sender:
    with transaction.atomic():
        _lock(service.id)
        rows: models.QuerySet[Sender] = kind.objects.filter(service=service, archived=False)
        if rows.filter(**value).exists():
            raise SenderExists(f"{next(iter(value.values()))} exists already")
        sender = kind.objects.create(service=service, **value)
        if is_default:
            make_default(sender)
            sender.is_default = True
        forget_service(service.id)
    return sender


def _lock(service_id: UUID) -> None:
    """Put concurrent changes of a service's defaults in order; messages are stored meanwhile."""
    Service.objects.select_for_update(no_key=True).get(id=service_id)
