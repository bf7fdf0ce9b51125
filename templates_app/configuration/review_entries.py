"""Templates of a file, of services that want changes of their templates reviewed."""

from uuid import UUID

from services.creating import update_service
from services.models import Service
from templates_app.changes.declared import Declared, declare
from templates_app.configuration.declarations import DeclaredService, DeclaredTemplate
from templates_app.configuration.folder_entries import Folders
from templates_app.configuration.report import Report
from templates_app.configuration.template_values import values_of_new, wanted_of
from templates_app.models import Template, TemplateChange

Kind = TemplateChange.Kind
_NOTES: dict[str, str] = {
    TemplateChange.State.IN_REVIEW: "waits for its review",
    TemplateChange.State.APPROVED: "is approved and waits for its start",
    TemplateChange.State.REFUSED: "was refused by its reviewer, and the file still asks for it",
}


def propose_template(
    entry: DeclaredTemplate, row: Template | None, folders: Folders, *, report: Report, name: str
) -> UUID | None:
    """Propose what an entry says otherwise than the template is.

    Args:
        entry: of the template.
        row: the template; None if it is not there yet.
        folders: of its service.
        report: to note it in.
        name: what the report calls it.

    Returns:
        The id of the change that stands for it, which may be an earlier one.
    """
    if row is None:
        declared = _propose_new(entry, folders, report, name)
    elif entry.archived:
        declared = declare(folders.service, Kind.ARCHIVE, template=row)
        if declared.is_new:
            report.changed(f"{name}, for review", {"archived": (False, True)})
    else:
        declared = _propose_update(entry, row, report, name)
    if declared.withdrawn:
        report.changes.append(f"~ {name}: {declared.withdrawn} earlier changes withdrawn")
    if declared.change is None:
        return None
    if not declared.is_new:
        report.note(f"{name} {_NOTES[declared.change.state]}")
    return declared.change.id


def apply_review(entry: DeclaredService, service: Service, report: Report, what: str) -> None:
    """Switch the review on or off: last, for what a file sets up with its service needs none."""
    wanted = entry.templates_need_review
    if entry.gives("templates_need_review") and service.templates_need_review != wanted:
        update_service(service, actor=None, templates_need_review=wanted)
        report.changed(what, {"templates_need_review": (not wanted, wanted)})


def _propose_new(entry: DeclaredTemplate, folders: Folders, report: Report, name: str) -> Declared:
    values = {
        **values_of_new(entry, folders.service),
        "name": entry.name,
        "template_type": entry.type,
        "folder_id": folders.made(entry.folder),
    }
    declared = declare(folders.service, Kind.CREATE, values=values)
    if declared.is_new:
        report.added(f"{name}, for review")
    return declared


def _propose_update(entry: DeclaredTemplate, row: Template, report: Report, name: str) -> Declared:
    wanted = wanted_of(entry, row)
    kind = Kind.UPDATE if wanted.values else None
    declared = declare(row.service, kind, template=row, values=wanted.values)
    if declared.is_new:
        report.changed(f"{name}, for review", wanted.differences)
    return declared
