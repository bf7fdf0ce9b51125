"""One function for each reason to refuse a message, with the words of the API."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings

from notify_project.api.errors import BadRequest, Forbidden, InvalidPhone, ValidationFailed
from notify_project.constants import KeyType, NotificationType
from notify_project.recipients.email import parse_email
from notify_project.recipients.phone import (
    PhoneNumber,
    needs_international_permission,
    needs_landline_permission,
    parse_phone,
)
from notify_project.recipients.postal import InvalidAddress, PostalAddress, require_real_address
from services.caller import Caller
from services.read_models import SenderModel, ServiceModel
from templates_app.read_models import TemplateModel, find_template
from templates_app.rendering.letter import overlong_qr_code
from templates_app.rendering.letter_qr_codes import MAX_QR_CODE_BYTES, size_of
from templates_app.rendering.sms import MAX_CHARACTERS, character_count

# Source: the API contract, length and emptiness.
EMAIL_BYTES = 2_000_000
EMPTY = "Your message is empty."
# Source: the API contract, permission refusals.
_CHANNELS = {
    NotificationType.SMS: "text messages",
    NotificationType.EMAIL: "emails",
    NotificationType.LETTER: "letters",
}


def require_permission(service: ServiceModel, notification_type: NotificationType) -> None:
    """Refuse a channel that the service may not use."""
    if notification_type not in service.permissions:
        raise BadRequest(f"Service is not allowed to send {_CHANNELS[notification_type]}")


def get_template(
    service: ServiceModel, template_id: UUID, notification_type: NotificationType
) -> TemplateModel:
    """Return the newest version of a template that the service may send."""
    template = find_template(service.id, template_id)
    if template is None or template.hidden:
        raise BadRequest("Template not found")
    if template.template_type != notification_type:
        raise BadRequest(
            f"{template.template_type} template is not suitable for "
            f"{notification_type} notification"
        )
    if template.archived:
        raise BadRequest("Template has been deleted")
    return template


def require_sms_content(body: str) -> None:
    """Refuse a text message without text."""
    if not body:
        raise BadRequest(EMPTY)


def require_content(content: str, body: str) -> None:
    """Refuse an email or a letter that consists of nothing but values, if these are blank."""
    source = content.strip()
    if source.startswith("((") and source.endswith("))") and not body.strip():
        raise BadRequest(EMPTY)


def require_no_files(personalisation: dict[str, Any]) -> None:
    """Refuse files in a text message or a letter."""
    if any(isinstance(value, dict) and "file" in value for value in personalisation.values()):
        raise BadRequest("Can only send a file by email")


class QrCodeTooLong(ValidationFailed):
    """A QR code of a letter would hold more than it can."""

    def __init__(self, data: str) -> None:
        super().__init__("Cannot create a usable QR code - the link is too long")
        self.data = data

    @property
    def errors(self) -> list[dict[str, object]]:
        """Return the entry, with what is too long."""
        [entry] = super().errors
        size = size_of(self.data)
        return [{**entry, "data": self.data, "num_bytes": size, "max_bytes": MAX_QR_CODE_BYTES}]


def require_usable_qr_code(template: TemplateModel, personalisation: dict[str, Any]) -> None:
    """Refuse a letter with a QR code that phones cannot read."""
    for content in filter(None, (template.parsed_welsh_content, template.parsed_content)):
        data = overlong_qr_code(content, personalisation)
        if data is not None:
            raise QrCodeTooLong(data)


def require_letters_allowed(caller: Caller) -> None:
    """Refuse letters to team keys, and to trial services but for their test keys."""
    if caller.key.key_type == KeyType.TEAM:
        raise Forbidden("Cannot send letters with a team api key")
    if caller.service.restricted and caller.key.key_type != KeyType.TEST:
        raise Forbidden("Cannot send letters when service is in trial mode")


def require_postal_address(service: ServiceModel, address: PostalAddress) -> None:
    """Refuse an address that no letter would reach."""
    try:
        require_real_address(address, international="international_letters" in service.permissions)
    except InvalidAddress as error:
        raise ValidationFailed(error.message) from error


def get_sms_sender(service: ServiceModel, sender_id: str | None) -> str:
    """Return the chosen sender of text messages, or the default one."""
    sender = _sender(service, service.sms_senders, sender_id, "sms_sender_id")
    return shown_sender(settings.FROM_NUMBER if sender is None else sender.text)


def get_reply_to(service: ServiceModel, reply_to_id: str | None) -> str | None:
    """Return the chosen reply-to address, or the default one if there is one."""
    sender = _sender(service, service.reply_tos, reply_to_id, "email_reply_to_id")
    return None if sender is None else sender.text


def _sender(
    service: ServiceModel, senders: tuple[SenderModel, ...], given: str | None, name: str
) -> SenderModel | None:
    if given is None:
        return next((sender for sender in senders if sender.is_default), None)
    sender_id = UUID(given)
    for sender in senders:
        if sender.id == sender_id:
            return sender
    raise BadRequest(f"{name} {given} does not exist in database for service id {service.id}")


@lru_cache(maxsize=1000)
def shown_sender(text: str) -> str:
    """Return a sender as recipients see it: numbers in international form, names as stored."""
    if not text.isdecimal():
        return text
    try:
        return parse_phone(text).normalised
    except ValueError:
        return text  # a short code


def require_allowed_recipient(caller: Caller, normalised: str) -> None:
    """Refuse a recipient outside team and guest list, for team keys and in trial mode."""
    key_type, service = caller.key.key_type, caller.service
    if key_type == KeyType.TEST or normalised in service.recipients:
        return
    if key_type == KeyType.TEAM:
        raise BadRequest("Can’t send to this recipient using a team-only API key")
    if service.restricted:
        raise BadRequest(
            "Can’t send to this recipient when service is in trial mode "
            f"– see {settings.TRIAL_MODE_URL}"
        )


def require_phone_permissions(service: ServiceModel, number: PhoneNumber) -> None:
    """Refuse numbers abroad and landlines to services that may not send there."""
    if needs_international_permission(number) and "international_sms" not in service.permissions:
        raise BadRequest("Cannot send to international mobile numbers")
    if needs_landline_permission(number) and "sms_to_uk_landlines" not in service.permissions:
        raise InvalidPhone("Not a UK mobile number")


def is_simulated_number(number: PhoneNumber) -> bool:
    """Is this one of the numbers for smoke tests?"""
    return number.normalised in _simulated_numbers(tuple(settings.SIMULATED_SMS_NUMBERS))


def is_simulated_address(normalised: str) -> bool:
    """Is this one of the addresses for smoke tests?"""
    return normalised in _simulated_addresses(tuple(settings.SIMULATED_EMAIL_ADDRESSES))


@lru_cache(maxsize=2)
def _simulated_numbers(numbers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(parse_phone(number).normalised for number in numbers)


@lru_cache(maxsize=2)
def _simulated_addresses(addresses: tuple[str, ...]) -> frozenset[str]:
    return frozenset(parse_email(address).normalised for address in addresses)


def require_sms_length(body: str) -> None:
    """Refuse a text message that is too long, measured without the service's name."""
    length = character_count(body)
    if length > MAX_CHARACTERS:
        raise BadRequest(
            "Your message is too long. Text messages cannot be longer than "
            f"{MAX_CHARACTERS} characters. Your message is {length} characters long."
        )


def require_email_length(body: str) -> None:
    """Refuse an email whose body is too long."""
    # No character has more than four bytes.
    if len(body) * 4 <= EMAIL_BYTES:
        return
    length = len(body.encode())
    if length > EMAIL_BYTES:
        raise BadRequest(
            "Your message is too long. Emails cannot be longer than "
            f"{EMAIL_BYTES} bytes. Your message is {length} bytes."
        )
