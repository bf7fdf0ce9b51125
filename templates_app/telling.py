"""What the audit is told of templates: their texts are in the versions that it names."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from notify_project import audit
from services.models import User
from templates_app.models import Template
from templates_app.versions import CHANGEABLE, lock_template


def tell_of_new(row: Template, *, actor: User | None) -> None:
    """Write that a template was made."""
    after = _told(row)
    audit.record("create template", row, actor=actor, service_id=row.service_id, after=after)


def change_and_tell(
    name: str,
    row: Template,
    change: Callable[[Template], Template],
    *,
    actor: User | None,
    **told: Any,
) -> Template:
    """Do something that may make a version, and write what it was if it did.

    Args:
        name: of the audit event.
        row: the template.
        change: what makes the version, and returns the template with it.
        actor: who asked for it.
        told: what else the event tells.
    """
    with transaction.atomic():
        before = lock_template(row)
        after = change(row)
        if after.version != before.version:
            changed = [each for each in CHANGEABLE if getattr(before, each) != getattr(after, each)]
            audit.record(
                name,
                after,
                actor=actor,
                service_id=after.service_id,
                before=_told(before),
                after={**_told(after), "changed": changed, **told},
            )
    return after


def _told(row: Template) -> dict[str, Any]:
    return {
        "name": row.name,
        "template_type": row.template_type,
        "version": row.version,
        "archived": row.archived,
        "folder": str(row.folder_id) if row.folder_id else None,
    }
