"""Show what a template would say with some values, without sending it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from notify_project.constants import NotificationType
from templates_app.personalisation import require_personalisation
from templates_app.read_models import TemplateModel
from templates_app.rendering.email import email_body, email_html_fragment, email_subject
from templates_app.rendering.letter import letter_body, letter_subject
from templates_app.rendering.placeholders import parse
from templates_app.rendering.sms import character_count, sms_body, sms_text


@dataclass(frozen=True, slots=True)
class Preview:
    """The texts of a message; texts have no subject, and only emails have HTML."""

    body: str
    subject: str | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True)
class SmsSize:
    """How long a text is: the characters that are limited, the fragments that are charged."""

    characters: int
    fragments: int


def preview(template: TemplateModel, personalisation: dict[str, Any]) -> Preview:
    """Fill a template with values; neither length nor recipient is looked at.

    Raises:
        BadRequest: a placeholder has no value.
    """
    require_personalisation(template.names, personalisation)
    content = template.parsed_content
    if template.template_type == NotificationType.SMS:
        return Preview(sms_body(content, personalisation))
    subject = template.parsed_subject or parse("")
    if template.template_type == NotificationType.LETTER:
        return Preview(
            letter_body(content, personalisation), letter_subject(subject, personalisation)
        )
    return Preview(
        email_body(content, personalisation),
        email_subject(subject, personalisation),
        email_html_fragment(content, personalisation, unlinked_names=settings.EMAIL_UNLINKED_NAMES),
    )


def sms_size(
    template: TemplateModel, personalisation: dict[str, Any], *, prefix: str | None
) -> SmsSize:
    """Measure a text; a prefix, the service's name, is charged and does not count for the limit."""
    content = template.parsed_content
    return SmsSize(
        characters=character_count(sms_body(content, personalisation)),
        fragments=sms_text(content, personalisation, prefix).fragments,
    )
