"""How notifications are worded. Source: the API contract, sending and reading."""

from typing import Any

from django.conf import settings

from notifications.acceptance.accept import Accepted
from notifications.api.cost import cost_of
from notifications.letters.estimated_delivery import estimated_delivery
from notifications.models import InboundSms, Notification
from notifications.statuses import shown
from notifications.unsubscribe.links import unsubscribe_url
from notify_project.clock import api_time
from notify_project.constants import NotificationType
from notify_project.recipients.phone import digits_if_phone
from services.read_models import ServiceModel
from templates_app import precompiled
from templates_app.read_models import find_version
from templates_app.rendering import placeholders
from templates_app.rendering.email import email_body, email_subject
from templates_app.rendering.letter import letter_body, letter_subject
from templates_app.rendering.sms import sms_body

ADDRESS_LINES = ("line_1", "line_2", "line_3", "line_4", "line_5", "line_6", "postcode")
_NO_ADDRESS: dict[str, str | None] = dict.fromkeys(ADDRESS_LINES)


def created(accepted: Accepted, service: ServiceModel) -> dict[str, Any]:
    """Return the answer to an accepted message."""
    row, template = accepted.notification, accepted.template
    if row.notification_type == NotificationType.LETTER and template.hidden:
        reference, postage = row.client_reference, row.postage
        return {"id": str(row.id), "reference": reference, "postage": postage}
    host = settings.API_HOST_URL
    body: dict[str, Any] = {
        "id": str(row.id),
        "reference": row.client_reference,
        "uri": f"{host}/v2/notifications/{row.id}",
        "template": {
            "id": str(template.id),
            "version": template.version,
            "uri": f"{host}/services/{service.id}/templates/{template.id}",
        },
        "scheduled_for": None,
    }
    if row.notification_type == NotificationType.SMS:
        body["content"] = {"body": accepted.body, "from_number": row.reply_to_text}
        return body
    if row.notification_type == NotificationType.LETTER:
        body["content"] = {"body": accepted.body, "subject": accepted.subject}
        return body
    body["content"] = {
        "body": accepted.body,
        "subject": accepted.subject,
        "from_email": f"{service.email_sender_local_part}@{settings.EMAIL_DOMAIN}",
        "one_click_unsubscribe_url": row.unsubscribe_link,
    }
    body["sanitised_content"] = accepted.sanitised
    return body


def notification(row: Notification, service: ServiceModel) -> dict[str, Any]:
    """Return a message of a service as the API shows it; its creator has been read with it."""
    kind = row.notification_type
    completed_at = row.completed_at
    body = {
        "id": str(row.id),
        "reference": row.client_reference,
        "email_address": row.to if kind == NotificationType.EMAIL else None,
        "phone_number": row.to if kind == NotificationType.SMS else None,
        **(_address(row) if kind == NotificationType.LETTER else _NO_ADDRESS),
        "postage": row.postage,
        "type": kind,
        "status": shown(row.status, kind),
        "template": _template(row),
        **_content(row),
        "created_at": api_time(row.created_at),
        "created_by_name": row.created_by.name if row.created_by else None,
        "sent_at": api_time(row.sent_at) if row.sent_at else None,
        "completed_at": api_time(completed_at) if completed_at else None,
        "scheduled_for": None,
        "one_click_unsubscribe_url": _unsubscribe_url(row),
        **cost_of(row, crown=service.crown),
    }
    if kind == NotificationType.LETTER:
        body["estimated_delivery"] = api_time(
            estimated_delivery(row.created_at, row.postage or "second")
        )
    return body


def received_text(row: InboundSms) -> dict[str, Any]:
    """Return a text message that a service received."""
    return {
        "id": str(row.id),
        "user_number": digits_if_phone(row.user_number),
        "notify_number": row.notify_number,
        "service_id": str(row.service_id),
        "content": row.content,
        "created_at": api_time(row.created_at),
    }


def _unsubscribe_url(row: Notification) -> str | None:
    """Return the caller's link, else ours if the version that was sent has one."""
    if row.unsubscribe_link or row.notification_type != NotificationType.EMAIL:
        return row.unsubscribe_link
    template = find_version(row.template_id, row.template_version)
    if template is None or not template.has_unsubscribe_link or not row.to:
        return None
    return unsubscribe_url(row.id, row.normalised_to or row.to)


def _template(row: Notification) -> dict[str, Any]:
    uri = f"{settings.API_HOST_URL}/v2/template/{row.template_id}/version/{row.template_version}"
    return {"id": str(row.template_id), "version": row.template_version, "uri": uri}


def _content(row: Notification) -> dict[str, str | None]:
    """Render the version that the message was made with."""
    template = find_version(row.template_id, row.template_version)
    if template is None:
        return {"body": "", "subject": None}
    values = row.personalisation or {}
    if row.notification_type == NotificationType.SMS:
        return {"body": sms_body(template.parsed_content, values), "subject": None}
    if row.notification_type == NotificationType.LETTER and template.hidden:
        return {"body": "", "subject": precompiled.NAME}
    subject = placeholders.parse(template.subject or "")
    if row.notification_type == NotificationType.LETTER:
        return {
            "body": letter_body(template.parsed_content, values),
            "subject": letter_subject(subject, values),
        }
    return {
        "body": email_body(template.parsed_content, values),
        "subject": email_subject(subject, values),
    }


def _address(row: Notification) -> dict[str, str | None]:
    values = {
        placeholders.key_of(name): value for name, value in (row.personalisation or {}).items()
    }
    keys = [f"address{name}".replace("_", "") for name in ADDRESS_LINES[:6]] + ["postcode"]
    return {
        name: None if values.get(key) is None else str(values[key])
        for name, key in zip(ADDRESS_LINES, keys, strict=True)
    }
