"""Accept a message: the checks in the order the API promises, then store, count, wake."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from notifications.acceptance import rules
from notifications.acceptance.follow_up import follow_up
from notifications.acceptance.persist import persist_notification
from notifications.models import Notification
from notify_project.constants import NotificationType
from notify_project.recipients.email import parse_email
from notify_project.recipients.phone import needs_international_permission, parse_phone
from services.api.authentication import Caller
from services.limits import require_international_allowance
from templates_app.read_models import TemplateModel
from templates_app.rendering import placeholders
from templates_app.rendering.email import email_body, email_subject
from templates_app.rendering.sanitise import sanitise
from templates_app.rendering.sms import sms_body

Personalisation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that was accepted, with its content as the answer shows it."""

    notification: Notification
    template: TemplateModel
    body: str
    subject: str | None = None
    sanitised: dict[str, dict[str, str]] = field(default_factory=dict)


def accept_sms(body: dict[str, Any], caller: Caller) -> Accepted:
    """Store a text message and wake its lane.

    Args:
        body: fits the schema of text messages.
        caller: the service and its key.

    Raises:
        ApiError: a check failed; the message says which.
    """
    service = caller.service
    given: Personalisation = body.get("personalisation", {})
    rules.require_permission(service, NotificationType.SMS)
    template = rules.get_template(service, UUID(body["template_id"]), NotificationType.SMS)
    personalisation = _personalisation(template, given)
    text = sms_body(template.parsed_content, personalisation)
    rules.require_sms_content(text)
    rules.require_no_files(given)
    sender = rules.get_sms_sender(service, body.get("sms_sender_id"))
    number = parse_phone(body["phone_number"])
    simulated = rules.is_simulated_number(number)
    if not simulated:
        rules.require_allowed_recipient(caller, number.normalised)
    rules.require_phone_permissions(service, number)
    abroad = needs_international_permission(number)
    if abroad:
        require_international_allowance(caller)
    rules.require_sms_length(text)
    notification = persist_notification(
        **_common(body, caller, template, personalisation),
        recipient=body["phone_number"],
        reply_to_text=sender,
        simulated=simulated,
    )
    if not simulated:
        follow_up(notification, abroad=abroad)
    return Accepted(notification, template, text)


def accept_email(body: dict[str, Any], caller: Caller) -> Accepted:
    """Store an email and wake its lane.

    Args:
        body: fits the schema of emails.
        caller: the service and its key.

    Raises:
        ApiError: a check failed; the message says which.
    """
    service = caller.service
    rules.require_permission(service, NotificationType.EMAIL)
    given, sanitised = _sanitise(
        body.get("personalisation", {}), body.get("sanitise_content_for") or []
    )
    template = rules.get_template(service, UUID(body["template_id"]), NotificationType.EMAIL)
    personalisation = _personalisation(template, given)
    text = email_body(template.parsed_content, personalisation)
    rules.require_email_content(template.content, text)
    reply_to = rules.get_reply_to(service, body.get("email_reply_to_id"))
    address = parse_email(body["email_address"])
    simulated = rules.is_simulated_address(address.normalised)
    if not simulated:
        rules.require_allowed_recipient(caller, address.normalised)
    rules.require_no_files_yet(given)
    rules.require_email_length(text)
    subject = email_subject(placeholders.parse(template.subject or ""), personalisation)
    notification = persist_notification(
        **_common(body, caller, template, personalisation),
        recipient=body["email_address"],
        reply_to_text=reply_to,
        unsubscribe_link=body.get("one_click_unsubscribe_url"),
        simulated=simulated,
    )
    if not simulated:
        follow_up(notification, abroad=False)
    return Accepted(notification, template, text, subject, sanitised)


def _common(
    body: dict[str, Any], caller: Caller, template: TemplateModel, personalisation: Personalisation
) -> dict[str, Any]:
    return {
        "template_id": template.id,
        "template_version": template.version,
        "service": caller.service,
        "personalisation": personalisation,
        "notification_type": template.template_type,
        "api_key_id": caller.key.id,
        "key_type": caller.key.key_type,
        "client_reference": body.get("reference"),
        "process_type": template.process_type,
    }


def _personalisation(template: TemplateModel, given: Personalisation) -> Personalisation:
    """Return what the template uses of what was given, if nothing is missing."""
    parts = [template.parsed_content]
    if template.parsed_subject is not None:
        parts.insert(0, template.parsed_subject)
    names = placeholders.names(*parts)
    used = placeholders.reduce_personalisation(names, given)
    rules.require_personalisation(names, used)
    return used


def _sanitise(
    given: Personalisation, listed: list[str]
) -> tuple[Personalisation, dict[str, dict[str, str]]]:
    """Make the listed values harmless; return the values, and what was changed."""
    keys = {placeholders.key_of(name) for name in listed}
    values, changed = dict(given), {}
    for name, value in given.items():
        if placeholders.key_of(name) in keys and (clean := sanitise(value)) != value:
            values[name] = clean
            changed[name] = {"unsanitised": _text(value), "sanitised": _text(clean)}
    return values, changed


def _text(value: Any) -> str:
    """Write a value as the text that the answer promises; a list item by item."""
    return value if isinstance(value, str) else ", ".join(str(item) for item in value)
