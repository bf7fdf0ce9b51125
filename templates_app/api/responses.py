"""How a template is worded. Source: the API contract, the template object."""

from typing import Any

from notify_project import clock
from templates_app.read_models import TemplateModel
from templates_app.rendering.placeholders import names, parse


def template(model: TemplateModel) -> dict[str, Any]:
    """Return a template as the public API shows it."""
    parts = [model.parsed_content]
    if model.parsed_subject is not None:
        parts.insert(0, model.parsed_subject)
    if model.letter_contact_block is not None:
        parts.insert(0, parse(model.letter_contact_block))
    return {
        "id": str(model.id),
        "type": model.template_type,
        "name": model.name,
        "created_at": clock.api_time(model.created_at),
        "updated_at": clock.api_time(model.updated_at) if model.updated_at else None,
        "created_by": model.created_by,
        "version": model.version,
        "body": model.content,
        "subject": model.subject,
        "personalisation": {name: {"required": True} for name in names(*parts)},
        "postage": model.postage,
        "letter_contact_block": model.letter_contact_block,
    }
