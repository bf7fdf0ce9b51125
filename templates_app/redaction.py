"""Hide the values of a template's messages from people, for good."""

from django.db import transaction

from notify_project import audit, clock
from services.models import User
from templates_app.models import Template, TemplateRedacted
from templates_app.validation import InvalidTemplate


def redact(template: Template, *, actor: User | None) -> bool:
    """Switch redaction on; it makes no version and cannot be switched off.

    Returns:
        Whether it was off until now.

    Raises:
        InvalidTemplate: nobody takes the responsibility.
    """
    if actor is None:
        raise InvalidTemplate("created_by: Field is required")
    with transaction.atomic():
        changed = TemplateRedacted.objects.filter(
            template=template, redact_personalisation=False
        ).update(redact_personalisation=True, updated_by=actor, updated_at=clock.now())
        if changed:
            audit.record("redact template", template, actor=actor, service_id=template.service_id)
    return bool(changed)
