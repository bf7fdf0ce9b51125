"""Every change of a template is a new, permanent version."""

import uuid
from typing import Any

from django.db import transaction

from notify_project import clock
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType, ProcessType
from notify_project.versioning import save_versioned
from services.models import Service, User
from templates_app.models import Template, TemplateHistory, TemplateRedacted
from templates_app.read_models import forget_template
from templates_app.rendering.placeholders import parse
from templates_app.rendering.sms import MAX_CHARACTERS, template_character_count

# Source: the API contract, templates of letters.
POSTAGES = ("first", "second", "economy")
DEFAULT_POSTAGE = "second"
MAX_NAME = 255
_BOOKKEEPING = frozenset({"history_id", "id", "version", "created_at", "updated_at", "service_id"})


class InvalidTemplate(ApiError):
    """A template that cannot be saved."""


def create_template(
    service: Service,
    *,
    name: str,
    template_type: str,
    content: str,
    subject: str | None = None,
    process_type: str = ProcessType.NORMAL,
    postage: str | None = None,
    has_unsubscribe_link: bool = False,
    actor: User | None,
    template_id: uuid.UUID | None = None,
) -> Template:
    """Create version 1 of a template.

    Raises:
        InvalidTemplate: a field is missing, too long or does not belong to the type.
    """
    if template_type == NotificationType.LETTER and postage is None:
        postage = DEFAULT_POSTAGE
    template = Template(
        id=template_id or uuid.uuid4(),
        service=service,
        name=name.strip(),
        template_type=template_type,
        content=content,
        subject=subject,
        process_type=process_type,
        postage=postage,
        has_unsubscribe_link=has_unsubscribe_link,
        created_by=actor,
    )
    require_valid(template)
    with transaction.atomic():
        save_versioned(template, TemplateHistory)
        TemplateRedacted.objects.create(template=template, updated_by=actor)
    # A reader may remember that there was none.
    forget_template(template.id)
    return template


def update_template(template: Template, *, actor: User | None, **changes: Any) -> Template:
    """Save changes as the next version; what differs in nothing makes no version.

    Args:
        template: which; read again under a lock.
        actor: the author of the new version.
        changes: fields with their new values.

    Raises:
        InvalidTemplate: as for a new one, or the template is archived.
    """
    with transaction.atomic():
        row = Template.objects.select_for_update().get(id=template.id)
        if row.archived:
            raise InvalidTemplate("Template has been deleted")
        if changes.get("template_type", row.template_type) != row.template_type:
            raise InvalidTemplate("The type of a template never changes")
        before = _versioned_values(row)
        for field, value in changes.items():
            setattr(row, field, value.strip() if field == "name" else value)
        if _versioned_values(row) == before:
            return row
        row.created_by = actor
        require_valid(row)
        save_versioned(row, TemplateHistory)
    forget_template(row.id)
    return row


def archive_template(template: Template, *, actor: User | None) -> Template:
    """Archive a template for good: it cannot be sent and is absent from lists."""
    with transaction.atomic():
        row = Template.objects.select_for_update().get(id=template.id)
        if row.archived:
            return row
        row.archived, row.created_by = True, actor
        save_versioned(row, TemplateHistory)
    forget_template(row.id)
    return row


def redact(template: Template, *, actor: User) -> None:
    """Hide the values of a template's messages from people, for good; no new version."""
    TemplateRedacted.objects.filter(template=template, redact_personalisation=False).update(
        redact_personalisation=True, updated_by=actor, updated_at=clock.now()
    )


def require_valid(template: Template) -> None:
    """Refuse what cannot be saved.

    Raises:
        InvalidTemplate: the message says why.
    """
    if not 0 < len(template.name) <= MAX_NAME:
        raise InvalidTemplate(f"The name must have 1 to {MAX_NAME} characters")
    if not template.content.strip():
        raise InvalidTemplate("The content must not be empty")
    if "\0" in f"{template.name}{template.content}{template.subject}":
        raise InvalidTemplate("A template must not contain null characters")
    if template.template_type not in NotificationType.values:
        raise InvalidTemplate(f"{template.template_type} is not a type of template")
    if template.process_type not in ProcessType.values:
        raise InvalidTemplate(f"{template.process_type} is not a process type")
    _require_fields_of_type(template)


def _require_fields_of_type(template: Template) -> None:
    is_text = template.template_type == NotificationType.SMS
    if is_text and template.subject is not None:
        raise InvalidTemplate("A text message has no subject")
    if not is_text and not (template.subject or "").strip():
        raise InvalidTemplate("Invalid template subject")
    if is_text and template_character_count(parse(template.content)) > MAX_CHARACTERS:
        raise InvalidTemplate(
            f"Content has a character count greater than the limit of {MAX_CHARACTERS}"
        )
    is_letter = template.template_type == NotificationType.LETTER
    if is_letter != (template.postage in POSTAGES):
        raise InvalidTemplate("Letters alone have a postage: first, second or economy")
    if template.has_unsubscribe_link and template.template_type != NotificationType.EMAIL:
        raise InvalidTemplate("Emails alone have an unsubscribe link")


def _versioned_values(template: Template) -> dict[str, Any]:
    """Return every value that versions keep; a list by hand would forget new fields."""
    names = {field.attname for field in TemplateHistory._meta.concrete_fields}  # noqa: SLF001
    author = {"created_by_id"}
    return {name: getattr(template, name) for name in names - _BOOKKEEPING - author}
