"""From a stored row to the message that a provider sends."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from notifications.models import Notification
from notifications.providers.base import EmailMessage, SmsMessage
from notifications.unsubscribe.links import page_url, unsubscribe_url
from notify_project.encryption import Unreadable
from services.read_models import ServiceModel
from templates_app.branded_email import branded_email
from templates_app.read_models import TemplateModel, find_version
from templates_app.rendering.email import email_parts, email_subject
from templates_app.rendering.sms import sms_text


class CannotRender(Exception):
    """The row lacks what its message is made of: a bad deployment or key, so it is tried again."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text message and what it will be billed for."""

    message: SmsMessage
    fragments: int


def text_of(row: Notification, service: ServiceModel) -> Text:
    """Return a text message; the service's name in front is today's.

    Raises:
        CannotRender: its template or its values cannot be read.
    """
    template = _version(row)
    prefix = service.name if service.prefix_sms else None
    rendered = sms_text(template.parsed_content, _values(row), prefix)
    message = SmsMessage(
        id=str(row.id),
        to=row.normalised_to or "",
        body=rendered.text,
        sender=row.reply_to_text or settings.FROM_NUMBER,
        international=row.international,
    )
    return Text(message, rendered.fragments)


def email_of(row: Notification, service: ServiceModel) -> EmailMessage:
    """Return an email.

    Raises:
        CannotRender: its template or its values cannot be read.
    """
    template, values = _version(row), _values(row)
    if template.parsed_subject is None:
        raise CannotRender(f"version {row.template_version} of {row.template_id} has no subject")
    subject = email_subject(template.parsed_subject, values)
    page, one_click = _unsubscribe_links(row, template)
    parts = email_parts(
        template.parsed_content,
        values,
        unsubscribe_url=page,
        unlinked_names=settings.EMAIL_UNLINKED_NAMES,
    )
    return EmailMessage(
        id=str(row.id),
        message_id=row.reference or "",
        to=row.normalised_to or "",
        subject=subject,
        plain=parts.plain_text,
        html=branded_email(service, subject, parts),
        from_name=service.sender_name,
        from_address=f"{service.email_sender_local_part}@{settings.EMAIL_DOMAIN}",
        reply_to=row.reply_to_text,
        unsubscribe_url=one_click,
    )


def _unsubscribe_links(row: Notification, template: TemplateModel) -> tuple[str | None, str | None]:
    """Return the link at the end of the body, and the one for mail programs: the caller's wins."""
    if not template.has_unsubscribe_link:
        return None, row.unsubscribe_link
    address = row.normalised_to or ""
    return page_url(row.id, address), row.unsubscribe_link or unsubscribe_url(row.id, address)


def _version(row: Notification) -> TemplateModel:
    template = find_version(row.template_id, row.template_version)
    if template is None:
        raise CannotRender(f"template {row.template_id} has no version {row.template_version}")
    return template


def _values(row: Notification) -> dict[str, Any]:
    values: Any = row.personalisation
    if isinstance(values, Unreadable):
        raise CannotRender(f"the values of notification {row.id} cannot be decrypted")
    return dict(values or {})
