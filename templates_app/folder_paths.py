"""Write where a folder is as one line: ``Appointments/Reminders``."""

import re
from collections.abc import Iterable
from uuid import UUID

from templates_app.models import TemplateFolder

_name_of_path = re.compile(r"(?:\\.|[^/\\])+").findall


def join(names: Iterable[str]) -> str:
    r"""Return the path of names from the outside in; a slash in a name becomes ``\/``."""
    return "/".join(re.sub(r"[/\\]", r"\\\g<0>", name) for name in names)


def split(path: str) -> list[str]:
    """Return the names of a path, trimmed; a slash too many is none."""
    names = [re.sub(r"\\(.)", r"\1", name).strip() for name in _name_of_path(path)]
    return [name for name in names if name]


def paths_of(service_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the path of every folder of some services, in the order in which trees are read."""
    rows = TemplateFolder.objects.filter(service__in=service_ids)
    folders = {row.id: row for row in rows}
    names = {each: _names(folders, each) for each in folders}
    in_order = sorted(names, key=lambda each: ([name.lower() for name in names[each]], each))
    return {each: join(names[each]) for each in in_order}


def _names(folders: dict[UUID, TemplateFolder], folder_id: UUID) -> list[str]:
    names = []
    above: UUID | None = folder_id
    while above is not None:
        names.append(folders[above].name)
        above = folders[above].parent_id
    return names[::-1]
