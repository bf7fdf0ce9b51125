"""Folders that the templates of a file are in."""

from uuid import UUID

from services.models import Service
from templates_app.configuration.report import Report
from templates_app.folder_paths import join, paths_of, split
from templates_app.folders import InvalidFolder, create_folder, move
from templates_app.models import Template, TemplateFolder


def place(template: Template, path: str | None, report: Report, name: str) -> None:
    """Put a template into the folder of a path, made where there is none; None is the top level.

    Raises:
        InvalidFolder: a name is too long, or two folders have the path.
    """
    names = split(path or "")
    before = paths_of([template.service_id]).get(template.folder_id) if template.folder_id else None
    if before == (join(names) or None):
        return
    into = _folder(template.service, names)
    move(template.service, template_ids=[template.id], into=into, actor=None)
    report.changed(name, {"folder": (before, join(names) or None)})


def _folder(service: Service, names: list[str]) -> UUID | None:
    parent_id = None
    for position, name in enumerate(names):
        rows = TemplateFolder.objects.filter(service=service, name=name, parent=parent_id)
        found = list(rows[:2])
        if len(found) > 1:
            path = join(names[: position + 1])
            raise InvalidFolder(f"the service has several folders {path}: rename them first")
        folder = (
            found[0] if found else create_folder(service, name, parent_id=parent_id, actor=None)
        )
        parent_id = folder.id
    return parent_id
