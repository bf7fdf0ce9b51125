"""Check a request to send without sending it."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.acceptance.check import Checked, check
from notifications.acceptance.draft import Draft
from notifications.api import schemas
from notifications.api.send import type_of
from notify_project.api.errors import ValidationFailed
from notify_project.api.views import read_json
from notify_project.constants import NotificationType
from services.limits import Allowance
from services.read_models import ServiceModel


def validate(request: Request, word: str, allowance: Allowance) -> Response:
    """Answer what a POST with this body would be answered, and what would be sent.

    Args:
        request: authenticated.
        word: the type of message, from the path.
        allowance: the service's limits, looked at only.

    Raises:
        Http404: there is no such type.
        BadRequest: the body is not JSON.
        ValidationFailed: the body is not an object.
    """
    notification_type = type_of(word)
    body = read_json(request)
    violations = schemas.schema_of(notification_type, body).violations(body)
    if not isinstance(body, dict):
        raise ValidationFailed(*(text for _, text in violations))
    checked = check(notification_type, body, allowance, violations)
    return Response(_worded(checked, allowance.caller.service))


def _worded(checked: Checked, service: ServiceModel) -> dict[str, Any]:
    draft = checked.draft
    template = draft.template
    return {
        "valid": not checked.errors,
        "errors": checked.errors,
        "notification_type": draft.notification_type.value,
        "template": None
        if template is None
        else {"id": str(template.id), "version": template.version, "name": template.name},
        "content": _content(draft, service),
        "simulated": draft.simulated,
        "postage": draft.postage,
        "characters": checked.characters,
        "fragments": checked.fragments,
        # Known once the PDF is made.
        "pages": None,
        "cost_in_pounds": None if checked.pounds is None else float(round(checked.pounds, 6)),
        "queue": None if checked.queue is None else checked.queue.value,
    }


def _content(draft: Draft, service: ServiceModel) -> dict[str, Any] | None:
    if draft.body is None:
        return None
    if draft.notification_type == NotificationType.SMS:
        return {"body": draft.body, "from_number": draft.reply_to_text}
    if draft.notification_type == NotificationType.LETTER:
        return {"body": draft.body, "subject": draft.subject}
    return {
        "body": draft.body,
        "subject": draft.subject,
        "from_email": f"{service.email_sender_local_part}@{settings.EMAIL_DOMAIN}",
        "one_click_unsubscribe_url": draft.unsubscribe_link,
        "sanitised_content": draft.sanitised,
    }
