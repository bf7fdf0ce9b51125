"""A message as its recipient sees it: made once more from what is stored."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from notifications.delivery.content import CannotRender, email_of, text_of
from notifications.models import Notification
from notify_project.constants import NotificationType
from notify_project.encryption import Unreadable
from services.read_models import find_service
from templates_app.models import TemplateRedacted
from templates_app.read_models import find_version
from templates_app.rendering.email import email_subject

HIDDEN: Final = "Its template hides from people what is put into it, for good."
ERASED: Final = "To whom it went and what it said was erased."
UNREADABLE: Final = "No key of now decrypts its values."


@dataclass(frozen=True, slots=True)
class Received:
    """What a recipient sees.

    Attributes:
        problem: why nothing of it can be shown; empty if it can.
        to: as it was given.
        sender: whom the recipient sees.
        subject: of an email.
        text: of a text message.
        fragments: what it is charged as.
        values: what it was made with.
    """

    problem: str = ""
    to: str = field(default="", repr=False)
    sender: str = ""
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    fragments: int = 0
    values: dict[str, Any] = field(default_factory=dict, repr=False)


def hides_values(row: Notification) -> bool:
    """Tell whether the template of a message hides its values from people."""
    hidden = TemplateRedacted.objects.filter(redact_personalisation=True)
    return hidden.filter(template=row.template_id).exists()


def as_received(row: Notification, *, is_hidden: bool) -> Received:
    """Return a message as its recipient sees it, but for the body of an email.

    Args:
        row: the message.
        is_hidden: its template hides its values from people.
    """
    if row.normalised_to is None and not row.to:
        return Received(ERASED)
    values: Any = row.personalisation
    if is_hidden or isinstance(values, Unreadable):
        return Received(UNREADABLE if isinstance(values, Unreadable) else HIDDEN, to=row.to)
    known = dict(values or {})
    if row.notification_type == NotificationType.SMS:
        return _text(row, known)
    if row.notification_type == NotificationType.EMAIL:
        return _email(row, known)
    return Received(to=row.to, values=known)


def email_document_of(row: Notification) -> str:
    """Return the whole HTML of an email.

    Raises:
        CannotRender: it cannot be made, or is hidden.
    """
    service = find_service(row.service_id)
    is_email = row.notification_type == NotificationType.EMAIL
    if service is None or not is_email or row.normalised_to is None or hides_values(row):
        raise CannotRender(f"the body of {row.id} is not shown")
    return email_of(row, service).html


def _text(row: Notification, values: dict[str, Any]) -> Received:
    service = find_service(row.service_id)
    if service is None:
        return Received(UNREADABLE, to=row.to)
    try:
        text = text_of(row, service)
    except CannotRender as error:
        return Received(str(error), to=row.to)
    return Received(
        to=row.to,
        sender=text.message.sender,
        text=text.message.body,
        fragments=text.fragments,
        values=values,
    )


def _email(row: Notification, values: dict[str, Any]) -> Received:
    template, service = find_version(row.template_id, row.template_version), row.service
    if template is None or template.parsed_subject is None:
        return Received("Its version of the template has no subject.", to=row.to)
    name = service.custom_email_sender_name or service.name
    return Received(
        to=row.to,
        sender=f"{name} <{service.email_sender_local_part}@{settings.EMAIL_DOMAIN}>",
        subject=email_subject(template.parsed_subject, values),
        values=values,
    )
