"""What a message says, for people of the service: some templates hide the values from them."""

from dataclasses import dataclass, field
from typing import Any

from notifications.models import Notification
from notify_project.constants import NotificationType
from templates_app import precompiled
from templates_app.models import TemplateRedacted
from templates_app.read_models import TemplateModel, find_version
from templates_app.rendering.email import email_body, email_subject
from templates_app.rendering.letter import letter_body, letter_subject
from templates_app.rendering.sms import sms_body
from templates_app.rendering.unfilled import Look, mark_unfilled
from templates_app.rendering.values import Values

_BODY = {
    NotificationType.SMS: sms_body,
    NotificationType.EMAIL: email_body,
    NotificationType.LETTER: letter_body,
}


@dataclass(frozen=True, slots=True)
class Content:
    """The texts of a message, and the values in them; none where they are hidden."""

    subject: str | None = field(repr=False)
    body: str = field(repr=False)
    values: dict[str, Any] | None = field(repr=False)
    is_hidden: bool = False


def content_of(row: Notification) -> Content:
    """Return what a message says, with the version of the template that it was made with."""
    is_hidden = TemplateRedacted.objects.filter(
        template=row.template_id, redact_personalisation=True
    ).exists()
    given = row.personalisation or {}
    template = find_version(row.template_id, row.template_version)
    values = None if is_hidden else given
    if template is None:
        return Content(None, "", values, is_hidden)
    # Hidden values do not even take part.
    subject, body = _texts(template, values or {}, "hidden" if is_hidden else "highlighted")
    return Content(subject, body, values, is_hidden)


def _texts(template: TemplateModel, values: Values, look: Look) -> tuple[str | None, str]:
    kind = NotificationType(template.template_type)
    if kind == NotificationType.LETTER and template.hidden:
        return precompiled.NAME, ""
    content = mark_unfilled(template.parsed_content, values, look)
    body = content.in_plain(_BODY[kind](content.parsed, values))
    if template.parsed_subject is None:
        return None, body
    subject = mark_unfilled(template.parsed_subject, values, look)
    show = letter_subject if kind == NotificationType.LETTER else email_subject
    return subject.in_plain(show(subject.parsed, values)), body
