"""Changes that a configuration file asks for, of services that want them reviewed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from services.models import Service
from templates_app.changes.conflicts import find_conflicts
from templates_app.changes.proposing import normalised, propose, submit
from templates_app.changes.reviewing import withdraw
from templates_app.changes.steps import OPEN, State
from templates_app.models import Template, TemplateChange

Kind = TemplateChange.Kind


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file led to.

    Attributes:
        change: that stands for what the file says; None if that is published.
        is_new: the change was proposed just now.
        withdrawn: how many earlier ones the file does not ask for any more.
    """

    change: TemplateChange | None
    is_new: bool
    withdrawn: int


def declare(
    service: Service,
    kind: str | None,
    *,
    template: Template | None = None,
    values: Mapping[str, Any] | None = None,
) -> Declared:
    """Propose what a file says, once; what it said before, and says no more, is withdrawn.

    What a reviewer refused is not proposed again as long as the template stays what it was.

    Args:
        service: whose template it is; the caller's transaction is open.
        kind: to create, to update or to archive; None if the template is what the file says.
        template: unless it is to be created.
        values: fields with their new values.

    Raises:
        InvalidTemplate: the template cannot be saved like this.
        InvalidChange: somebody decided on an earlier one just now.
    """
    # Two runs at once propose one after the other.
    Service.objects.select_for_update(no_key=True).get(id=service.id)
    wanted = normalised(kind or Kind.UPDATE, values or {})
    earlier = list(_earlier(service, template, wanted))
    standing = next((row for row in earlier if _stands(row, kind, wanted, template)), None)
    superseded = [row for row in earlier if row is not standing and row.state in OPEN]
    for row in superseded:
        withdraw(row, actor=None)
    if kind is None or standing is not None:
        return Declared(standing, is_new=False, withdrawn=len(superseded))
    draft = propose(service, kind, actor=None, template=template, values=values, from_file=True)
    return Declared(submit(draft, actor=None), is_new=True, withdrawn=len(superseded))


def _earlier(
    service: Service, template: Template | None, wanted: Mapping[str, Any]
) -> QuerySet[TemplateChange]:
    rows = TemplateChange.objects.filter(
        service=service, from_file=True, state__in=[*OPEN, State.REFUSED], template=template
    )
    if template is None:
        # In a file a template is known by its name and type.
        rows = rows.filter(
            proposed__name=wanted["name"], proposed__template_type=wanted["template_type"]
        )
    return rows.order_by("-created_at", "-id")


def _stands(
    row: TemplateChange, kind: str | None, wanted: Mapping[str, Any], template: Template | None
) -> bool:
    """Tell whether an earlier change says what the file says, of the template as it is."""
    is_equal = row.kind == kind and row.proposed == wanted
    return is_equal and not find_conflicts(row, template)
