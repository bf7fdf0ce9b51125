"""Judge a message: every rule of its channel, in the order the API promises.

Nothing here stores, counts, uploads or queues, so the same rules serve sending, which stops at the
first refusal, and checking, which collects them all.
"""

import base64
import binascii
from typing import Any
from uuid import UUID

from notifications.acceptance import rules
from notifications.acceptance.asking import Ask, Case
from notifications.acceptance.draft import Draft, Personalisation
from notifications.documents import given as documents
from notify_project.api.errors import BadRequest
from notify_project.constants import NotificationType
from notify_project.recipients.email import parse_email
from notify_project.recipients.phone import needs_international_permission, parse_phone
from notify_project.recipients.postal import address_of
from templates_app.letters import ADDRESS_KEYS
from templates_app.personalisation import require_personalisation
from templates_app.read_models import TemplateModel
from templates_app.rendering import placeholders
from templates_app.rendering.email import email_body, email_subject
from templates_app.rendering.letter import letter_body, letter_subject
from templates_app.rendering.sanitise import sanitise
from templates_app.rendering.sms import sms_body

# Source: the API contract, postal addresses.
PROVIDED_AS_PDF = "Provided as PDF"


def judge_sms(case: Case) -> Draft:
    """Judge a text message.

    Raises:
        ApiError: as the case's way of asking decides.
    """
    body, service, ask = case.body, case.caller.service, case.ask
    draft = Draft(NotificationType.SMS)
    values: Personalisation = body.get("personalisation", {})
    ask(rules.require_permission, service, NotificationType.SMS)
    _use_template(draft, case)
    _use_values(draft, values, case)
    if draft.template is not None and draft.personalisation is not None:
        draft.body = sms_body(draft.template.parsed_content, draft.personalisation)
        ask(rules.require_sms_content, draft.body)
    ask(rules.require_no_files, values)
    draft.reply_to_text = ask(rules.get_sms_sender, service, body.get("sms_sender_id"))
    if "phone_number" in body:
        _use_number(draft, body["phone_number"], case)
    if draft.body is not None:
        ask(rules.require_sms_length, draft.body)
    return draft


def judge_email(case: Case) -> Draft:
    """Judge an email. Files are judged, not published."""
    body, service, ask = case.body, case.caller.service, case.ask
    draft = Draft(NotificationType.EMAIL, unsubscribe_link=body.get("one_click_unsubscribe_url"))
    ask(rules.require_permission, service, NotificationType.EMAIL)
    values, draft.sanitised = _sanitise(
        body.get("personalisation", {}), body.get("sanitise_content_for") or []
    )
    _use_template(draft, case)
    _use_values(draft, values, case)
    if draft.template is not None and draft.personalisation is not None:
        draft.body = email_body(draft.template.parsed_content, draft.personalisation)
        ask(rules.require_content, draft.template.content, draft.body)
    draft.reply_to_text = ask(rules.get_reply_to, service, body.get("email_reply_to_id"))
    if "email_address" in body:
        _use_address(draft, body["email_address"], case)
    if files := documents.files_of(values):
        _use_files(draft, files, case)
    return draft


def finish_email(draft: Draft, urls: dict[str, str], ask: Ask) -> None:
    """Put the links to files in the place of the files, and judge the length.

    Args:
        draft: an email.
        urls: for each name of a value that is a file.
        ask: how a rule is asked.
    """
    if draft.template is None or draft.personalisation is None:
        return
    if urls:
        values = draft.personalisation
        draft.personalisation = {name: urls.get(name, values[name]) for name in values}
        draft.body = email_body(draft.template.parsed_content, draft.personalisation)
    ask(rules.require_email_length, draft.body)
    subject = draft.template.parsed_subject or placeholders.parse("")
    draft.subject = email_subject(subject, draft.personalisation)


def judge_letter(case: Case) -> Draft:
    """Judge a letter made from a template."""
    body, service, ask = case.body, case.caller.service, case.ask
    draft = Draft(NotificationType.LETTER)
    values: Personalisation = body.get("personalisation", {})
    ask(rules.require_permission, service, NotificationType.LETTER)
    _use_template(draft, case)
    if draft.template is not None:
        ask(rules.require_usable_qr_code, draft.template, values)
    _use_values(draft, values, case)
    if draft.template is not None and draft.personalisation is not None:
        template, used = draft.template, draft.personalisation
        draft.body = letter_body(template.parsed_content, used)
        draft.subject = letter_subject(template.parsed_subject or placeholders.parse(""), used)
        ask(rules.require_content, template.content, draft.body)
        draft.postage, draft.reply_to_text = template.postage, template.letter_contact_block
    ask(rules.require_no_files, values)
    ask(rules.require_letters_allowed, case.caller)
    if "personalisation" in body:
        _use_postal_address(draft, values, case)
    return draft


def judge_precompiled(case: Case) -> Draft:
    """Judge a letter that comes as a PDF."""
    body, caller, ask = case.body, case.caller, case.ask
    draft = Draft(NotificationType.LETTER, recipient=PROVIDED_AS_PDF)
    draft.personalisation = {ADDRESS_KEYS[0]: PROVIDED_AS_PDF}
    draft.postage = body.get("postage", "second")
    ask(rules.require_permission, caller.service, NotificationType.LETTER)
    ask(rules.require_letters_allowed, caller)
    if "content" in body:
        draft.pdf = ask(_decoded, body["content"])
    return draft


def _use_template(draft: Draft, case: Case) -> None:
    if "template_id" in case.body:
        template_id = UUID(case.body["template_id"])
        draft.template = case.ask(
            rules.get_template, case.caller.service, template_id, draft.notification_type
        )


def _use_values(draft: Draft, values: Personalisation, case: Case) -> None:
    """Keep what the template uses of the values, if nothing is missing."""
    if draft.template is not None and "personalisation" not in case.unfit:
        draft.personalisation = case.ask(_reduced, draft.template, values)


def _reduced(template: TemplateModel, values: Personalisation) -> Personalisation:
    used = placeholders.reduce_personalisation(template.names, values)
    require_personalisation(template.names, used)
    return used


def _use_number(draft: Draft, text: str, case: Case) -> None:
    number = parse_phone(text)
    draft.recipient = text
    draft.simulated = rules.is_simulated_number(number)
    draft.rate_multiplier = number.rate_multiplier
    if not draft.simulated:
        case.ask(rules.require_allowed_recipient, case.caller, number.normalised)
    case.ask(rules.require_phone_permissions, case.caller.service, number)
    if needs_international_permission(number):
        case.ask(case.require_international)


def _use_address(draft: Draft, text: str, case: Case) -> None:
    normalised = parse_email(text).normalised
    draft.recipient = text
    draft.simulated = rules.is_simulated_address(normalised)
    if not draft.simulated:
        case.ask(rules.require_allowed_recipient, case.caller, normalised)


def _use_files(draft: Draft, files: dict[str, dict[str, Any]], case: Case) -> None:
    fitting = case.ask(_fitting, files)
    case.ask(documents.require_set_up, case.caller.service)
    if fitting:
        used = draft.personalisation or {}
        # All are judged; only those that the template shows are published.
        opened = case.ask(documents.opened, files) or []
        draft.files = [file for file in opened if file.key in used]


def _fitting(files: dict[str, dict[str, Any]]) -> bool:
    documents.require_fitting(files)
    return True


def _use_postal_address(draft: Draft, values: Personalisation, case: Case) -> None:
    address = address_of(values)
    case.ask(rules.require_postal_address, case.caller.service, address)
    draft.recipient = "\n".join(address.lines)
    draft.postage = address.postage or draft.postage
    if draft.personalisation is not None:
        lines = {key: values[key] for key in ADDRESS_KEYS if key in values}
        draft.personalisation = {**draft.personalisation, **lines}


def _decoded(content: str) -> bytes:
    """Decode base64 leniently: what is not in its alphabet is passed over."""
    try:
        return base64.b64decode(content.encode())
    except (binascii.Error, ValueError) as error:
        raise BadRequest("Cannot decode letter content (invalid base64 encoding)") from error


def _sanitise(
    given: Personalisation, listed: list[str]
) -> tuple[Personalisation, dict[str, dict[str, str]]]:
    """Make the listed values harmless; return the values, and what was changed."""
    if not listed:
        return given, {}
    keys = {placeholders.key_of(name) for name in listed}
    values, changed = dict(given), {}
    for name, value in given.items():
        if placeholders.key_of(name) in keys and (clean := sanitise(value)) != value:
            values[name] = clean
            changed[name] = {"unsanitised": _text(value), "sanitised": _text(clean)}
    return values, changed


def _text(value: Any) -> str:
    """Write a value as the text that the answer promises; a list item by item."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
