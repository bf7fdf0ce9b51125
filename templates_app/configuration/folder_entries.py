"""Folders that the templates of a file are in."""

from uuid import UUID

from services.models import Service
from templates_app.configuration.report import Report
from templates_app.folder_paths import join, paths_of, split
from templates_app.folders import InvalidFolder, create_folder, move
from templates_app.models import Template, TemplateFolder


class Folders:
    """The folders of a service, read once for all of its templates."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.paths = paths_of([service.id])

    def place(self, template: Template, path: str | None, report: Report, name: str) -> None:
        """Put a template where a path says, in folders made if need be; None is the top level.

        Raises:
            InvalidFolder: a name is too long, or two folders have the path.
        """
        names = split(path or "")
        before = self._path_of(template.folder_id)
        if before == (join(names) or None):
            return
        into = _folder(self.service, names)
        move(self.service, template_ids=[template.id], into=into, actor=None)
        self.paths = paths_of([self.service.id])
        report.changed(name, {"folder": (before, join(names) or None)})

    def made(self, path: str | None) -> UUID | None:
        """Return the folder of a path, made if need be.

        Raises:
            InvalidFolder: a name is too long, or two folders have the path.
        """
        return _folder(self.service, split(path or ""))

    def _path_of(self, folder_id: UUID | None) -> str | None:
        if folder_id is None:
            return None
        if folder_id not in self.paths:
            # Somebody made it meanwhile.
            self.paths = paths_of([self.service.id])
        return self.paths[folder_id]


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
