"""Show what a recipient would get of a template, without a recipient and without sending."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.conf import settings

from notifications.acceptance import rules
from notifications.acceptance.asking import AskAll
from notifications.unsubscribe.links import page_url
from notify_project import clock
from notify_project.constants import NotificationType
from services.read_models import ServiceModel
from templates_app.branded_email import branded_email
from templates_app.letters import ADDRESS_KEYS, compose
from templates_app.read_models import TemplateModel
from templates_app.rendering import placeholders
from templates_app.rendering.email import email_body, email_parts, email_subject
from templates_app.rendering.letter import letter_body
from templates_app.rendering.placeholders import Parsed
from templates_app.rendering.sms import SmsText, character_count, sms_body, sms_text

# Links to unsubscribe are a message's own; this one looks like them and belongs to none.
_NO_MESSAGE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """A message as its recipient would see it.

    Attributes:
        text: the text message, the plain part of an email, the source of a letter's body.
        subject: of an email, or the heading of a letter.
        preheader: the first words of an email, which lists of messages show.
        html: the whole document of an email or a letter; a letter without its page's layout.
        sms: a text message with its size, in which placeholders without a value are empty.
        characters: of a text message as they are limited: without the service's name.
        missing: placeholders without a value, as the template spells them.
        unused: given names that the template does not use.
        refusals: why the platform would not accept it.
    """

    text: str
    subject: str | None = None
    preheader: str | None = None
    html: str | None = None
    sms: SmsText | None = None
    characters: int | None = None
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    refusals: list[str] = field(default_factory=list)


def preview_message(
    template: TemplateModel, service: ServiceModel, values: dict[str, Any]
) -> MessagePreview:
    """Render a version of a template; placeholders without a value stay visible.

    Args:
        template: the version.
        service: it decides the name in front of texts and the look of emails.
        values: personalisation by name; what the template does not use does no harm.
    """
    shown = _SHOW[NotificationType(template.template_type)](template, service, values)
    used = {placeholders.key_of(name) for name in template.names}
    if template.template_type == NotificationType.LETTER:
        used |= set(map(placeholders.key_of, ADDRESS_KEYS))
    return replace(
        shown,
        missing=tuple(placeholders.missing(template.names, values)),
        unused=tuple(name for name in values if placeholders.key_of(name) not in used),
    )


def _show_sms(
    template: TemplateModel, service: ServiceModel, values: dict[str, Any]
) -> MessagePreview:
    content, prefix = template.parsed_content, service.name if service.prefix_sms else None
    # Placeholders that stay visible count for nothing.
    lacking = dict.fromkeys(placeholders.missing(template.names, values), "")
    counted = {**values, **lacking}
    body = sms_body(content, counted)
    return MessagePreview(
        text=sms_text(content, values, prefix).text,
        sms=sms_text(content, counted, prefix),
        characters=character_count(body),
        refusals=_refusals((rules.require_sms_content, body), (rules.require_sms_length, body)),
    )


def _show_email(
    template: TemplateModel, service: ServiceModel, values: dict[str, Any]
) -> MessagePreview:
    content = template.parsed_content
    body, subject = email_body(content, values), email_subject(_subject(template), values)
    page = page_url(_NO_MESSAGE, "") if template.has_unsubscribe_link else None
    parts = email_parts(
        content, values, unsubscribe_url=page, unlinked_names=settings.EMAIL_UNLINKED_NAMES
    )
    return MessagePreview(
        text=parts.plain_text,
        subject=subject,
        preheader=parts.preheader,
        html=branded_email(service, subject, parts),
        refusals=_refusals(
            (rules.require_content, template.content, body), (rules.require_email_length, body)
        ),
    )


def _show_letter(
    template: TemplateModel, service: ServiceModel, values: dict[str, Any]
) -> MessagePreview:
    body = letter_body(template.parsed_content, values)
    welsh = template.parsed_welsh_content
    return MessagePreview(
        text=body if welsh is None else f"{letter_body(welsh, values)}\n\n{body}",
        # The heading as the API has it is escaped for HTML; people read it as it is printed.
        subject=email_subject(_subject(template), values),
        html=_letter(template, service, values),
        refusals=_refusals(
            (rules.require_usable_qr_code, template, values),
            (rules.require_content, template.content, body),
        ),
    )


def _letter(template: TemplateModel, service: ServiceModel, values: dict[str, Any]) -> str:
    block = template.parsed_contact_block
    return compose(
        template,
        values,
        contact_block=block,
        day=clock.london_today(),
        has_logo=service.letter_logo is not None,
    )


_SHOW = {
    NotificationType.SMS: _show_sms,
    NotificationType.EMAIL: _show_email,
    NotificationType.LETTER: _show_letter,
}


def _subject(template: TemplateModel) -> Parsed:
    return template.parsed_subject or placeholders.parse("")


def _refusals(*questions: tuple[Any, ...]) -> list[str]:
    ask = AskAll()
    for rule, *arguments in questions:
        ask(rule, *arguments)
    return [str(error["message"]) for error in ask.errors]
