"""Refuse templates that cannot be saved."""

from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType, ProcessType
from notify_project.texts import is_storable
from services.models import ServiceLetterContact
from templates_app.models import LetterLanguages, Template
from templates_app.rendering.letter import overlong_qr_code
from templates_app.rendering.placeholders import names, parse
from templates_app.rendering.sms import MAX_CHARACTERS, template_character_count

# Source: the API contract, fields of templates and checks on save.
POSTAGES = ("first", "second", "economy")
MAX_NAME = 255
WRONG_POSTAGE = "Letters alone have a postage: first, second or economy"
QR_CODE_TOO_LONG = "qr-code-too-long"


class InvalidTemplate(ApiError):
    """A template that cannot be saved."""


def require_valid(template: Template) -> None:
    """Refuse what cannot be saved.

    Raises:
        InvalidTemplate: the message says why.
    """
    _require_texts(template)
    if template.template_type not in NotificationType.values:
        raise InvalidTemplate(f"{template.template_type} is not a type of template")
    if template.process_type not in ProcessType.values:
        raise InvalidTemplate(f"{template.process_type} is not a process type")
    if template.has_unsubscribe_link and template.template_type != NotificationType.EMAIL:
        raise InvalidTemplate("Emails alone have an unsubscribe link")
    if template.template_type == NotificationType.SMS:
        _require_sms(template)
    elif not (template.subject or "").strip():
        raise InvalidTemplate("Invalid template subject")
    if template.template_type == NotificationType.LETTER:
        _require_letter(template)
    else:
        _require_nothing_of_letters(template)


def require_contact_block(template: Template) -> None:
    """Refuse a contact block that is not one of the template's service, or is archived.

    The block stays locked until the caller's transaction ends: who archives it meanwhile waits,
    and finds this template among those that use it.

    Raises:
        InvalidTemplate: the message names both.
    """
    chosen = template.service_letter_contact_id
    blocks = ServiceLetterContact.objects.filter(service=template.service_id, archived=False)
    if chosen is None:
        return
    if blocks.filter(id=chosen).select_for_update(no_key=True).first() is None:
        raise InvalidTemplate(
            f"letter_contact_id {chosen} does not exist in database "
            f"for service id {template.service_id}"
        )


def _require_texts(template: Template) -> None:
    texts = (
        template.name,
        template.content,
        template.subject,
        template.letter_welsh_subject,
        template.letter_welsh_content,
    )
    if not all(is_storable(text) for text in texts if text):
        raise InvalidTemplate("A template must not contain null characters or halves of pairs")
    if not 0 < len(template.name) <= MAX_NAME:
        raise InvalidTemplate(f"The name must have 1 to {MAX_NAME} characters")
    if not template.content.strip():
        raise InvalidTemplate("The content must not be empty")


def _require_sms(template: Template) -> None:
    if template.subject is not None:
        raise InvalidTemplate("A text message has no subject")
    if template_character_count(parse(template.content)) > MAX_CHARACTERS:
        raise InvalidTemplate(
            f"Content has a character count greater than the limit of {MAX_CHARACTERS}"
        )


def _require_letter(template: Template) -> None:
    if template.postage not in POSTAGES:
        raise InvalidTemplate(WRONG_POSTAGE)
    if template.letter_languages not in LetterLanguages.values:
        raise InvalidTemplate("The languages of a letter are english or welsh_then_english")
    welsh = (template.letter_welsh_subject, template.letter_welsh_content)
    if template.letter_languages == LetterLanguages.ENGLISH:
        if welsh != (None, None):
            raise InvalidTemplate("A letter in English has no Welsh text")
    else:
        if not (template.letter_welsh_subject or "").strip():
            raise InvalidTemplate("Invalid template subject: the Welsh subject must not be empty")
        if not (template.letter_welsh_content or "").strip():
            raise InvalidTemplate("The Welsh content must not be empty")
    for content in (template.letter_welsh_content, template.content):
        _require_usable_qr_codes(content or "")


def _require_usable_qr_codes(content: str) -> None:
    """Refuse a QR code that is too long whatever its placeholders are filled with."""
    parsed = parse(content)
    if overlong_qr_code(parsed, dict.fromkeys(names(parsed), "")) is not None:
        raise InvalidTemplate(QR_CODE_TOO_LONG)


def _require_nothing_of_letters(template: Template) -> None:
    if template.postage is not None:
        raise InvalidTemplate(WRONG_POSTAGE)
    if template.letter_languages is not None:
        raise InvalidTemplate("Letters alone have languages")
    if template.letter_welsh_subject is not None or template.letter_welsh_content is not None:
        raise InvalidTemplate("Letters alone have a Welsh text")
    if template.service_letter_contact_id is not None:
        raise InvalidTemplate("Letters alone have a contact block")
