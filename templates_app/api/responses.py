"""How templates are worded. Source: the API contract, templates endpoints."""

from typing import Any

from notify_project import clock
from templates_app.preview import Preview
from templates_app.read_models import TemplateModel


def template(model: TemplateModel) -> dict[str, Any]:
    """Return a template as the public API shows it."""
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
        "personalisation": {name: {"required": True} for name in model.names},
        "postage": model.postage,
        "letter_contact_block": model.letter_contact_block,
    }


def preview(model: TemplateModel, shown: Preview) -> dict[str, Any]:
    """Return what a template would say."""
    return {
        "id": str(model.id),
        "type": model.template_type,
        "version": model.version,
        "body": shown.body,
        "subject": shown.subject,
        "html": shown.html,
        "postage": model.postage,
    }
