"""Write templates as entries of a configuration file."""

from typing import Any
from uuid import UUID

from services.models import Service
from templates_app.folder_paths import paths_of
from templates_app.models import Template

_WELSH = ("letter_welsh_subject", "letter_welsh_content")


def templates_of(service: Service) -> list[dict[str, Any]]:
    """Return the entries of a service's templates."""
    paths = paths_of([service.id])
    return [_template(row, paths) for row in _templates(service)]


def _templates(service: Service) -> list[Template]:
    """Return the templates, without archived ones whose name and type another has taken."""
    rows = (
        Template.objects.filter(service=service, hidden=False)
        .select_related("redaction__updated_by", "service_letter_contact")
        .order_by("name", "template_type", "archived", "-created_at", "id")
    )
    found: list[Template] = []
    for row in rows:
        last = found[-1] if found else None
        is_taken = last and (last.name, last.template_type) == (row.name, row.template_type)
        if not (row.archived and is_taken):
            found.append(row)
    return found


def _template(row: Template, paths: dict[UUID, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": row.name, "type": row.template_type}
    if row.folder_id is not None:
        found["folder"] = paths[row.folder_id]
    if row.subject is not None:
        found["subject"] = row.subject
    found["content"] = row.content
    found["process_type"] = row.process_type
    if row.template_type == "letter":
        found |= _letter(row)
    if row.template_type == "email":
        found["has_unsubscribe_link"] = row.has_unsubscribe_link
    if row.redaction.updated_by is not None and row.redaction.redact_personalisation:
        found["redacted_by"] = row.redaction.updated_by.email_address
    if row.archived:
        found["archived"] = True
    return found


def _letter(row: Template) -> dict[str, Any]:
    found: dict[str, Any] = {"postage": row.postage, "letter_languages": row.letter_languages}
    found |= {name: getattr(row, name) for name in _WELSH if getattr(row, name) is not None}
    block = row.service_letter_contact
    if block is not None and not block.archived:
        found["contact_block"] = block.contact_block
    return found
