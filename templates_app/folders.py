"""Folders of templates: make, rename, move and delete them. Source: the API contract, folders."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from notify_project import audit
from notify_project.api.errors import ApiError
from notify_project.texts import clean_name, is_storable
from services.models import Service, User
from templates_app.models import Template, TemplateFolder

MAX_NAME = 255


class InvalidFolder(ApiError):
    """A change of folders that cannot be made."""


def lock_folders(service_id: UUID) -> None:
    """Put concurrent changes of a service's folders in order; messages are stored meanwhile."""
    Service.objects.select_for_update(no_key=True).get(id=service_id)


def require_folder(service_id: UUID, folder_id: UUID | None) -> None:
    """Refuse to put something where a service has no folder; None is the top level.

    Raises:
        InvalidFolder: the service has no such folder.
    """
    folders = TemplateFolder.objects.filter(service=service_id)
    if folder_id is not None and not folders.filter(id=folder_id).exists():
        raise InvalidFolder("parent_folder_id not found")


def create_folder(
    service: Service, name: str, *, parent_id: UUID | None = None, actor: User | None
) -> TemplateFolder:
    """Make a folder, at the top level or in another.

    Raises:
        InvalidFolder: the name is empty or too long, or there is no such parent.
    """
    name = _cleaned(name)
    with transaction.atomic():
        lock_folders(service.id)
        require_folder(service.id, parent_id)
        folder = TemplateFolder.objects.create(service=service, name=name, parent_id=parent_id)
        after = {"name": name, "parent": str(parent_id) if parent_id else None}
        audit.record("create folder", folder, actor=actor, service_id=service.id, after=after)
    return folder


def rename_folder(folder: TemplateFolder, name: str, *, actor: User | None) -> TemplateFolder:
    """Give a folder another name.

    Raises:
        InvalidFolder: the name is empty or too long, or the folder is gone.
    """
    name = _cleaned(name)
    with transaction.atomic():
        lock_folders(folder.service_id)
        row = TemplateFolder.objects.filter(id=folder.id).first()
        if row is None:
            raise InvalidFolder("Folder not found")
        if row.name != name:
            before, row.name = row.name, name
            row.save(update_fields=["name"])
            audit.record(
                "rename folder",
                row,
                actor=actor,
                service_id=row.service_id,
                before={"name": before},
                after={"name": name},
            )
    return row


def delete_folder(folder: TemplateFolder, *, actor: User | None) -> None:
    """Delete an empty folder, if it is still there; archived templates have left theirs.

    Raises:
        InvalidFolder: there is something in it.
    """
    with transaction.atomic():
        lock_folders(folder.service_id)
        folders = TemplateFolder.objects.filter(parent=folder.id)
        if folders.exists() or Template.objects.filter(folder=folder.id).exists():
            raise InvalidFolder("Folder is not empty")
        deleted, _ = TemplateFolder.objects.filter(id=folder.id).delete()
        if deleted:
            audit.record(
                "delete folder",
                folder,
                actor=actor,
                service_id=folder.service_id,
                before={"name": folder.name},
            )


def move(
    service: Service,
    *,
    folder_ids: Collection[UUID] = (),
    template_ids: Collection[UUID] = (),
    into: UUID | None,
    actor: User | None,
) -> None:
    """Move folders and templates into a folder, all or none; archived templates stay away.

    Args:
        service: whose folders and templates they are.
        folder_ids: with all that is in them.
        template_ids: no version of them is made.
        into: the folder; None is the top level.
        actor: who moves.

    Raises:
        InvalidFolder: something is not the service's, or a folder would be within itself.
    """
    with transaction.atomic():
        lock_folders(service.id)
        require_folder(service.id, into)
        _require_tree(service, set(folder_ids), into)
        _require_templates(service, set(template_ids))
        TemplateFolder.objects.filter(id__in=folder_ids).update(parent=into)
        Template.objects.filter(id__in=template_ids, archived=False).update(folder=into)
        audit.record(
            "move to folder",
            service,
            actor=actor,
            service_id=service.id,
            after={
                "folder": str(into) if into else None,
                "folders": sorted(map(str, folder_ids)),
                "templates": sorted(map(str, template_ids)),
            },
        )


def _cleaned(name: str) -> str:
    name = clean_name(name)
    if not is_storable(name):
        raise InvalidFolder("The name must not contain null characters or halves of pairs")
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidFolder(f"The name must have 1 to {MAX_NAME} characters")
    return name


def _require_tree(service: Service, moved: set[UUID], into: UUID | None) -> None:
    """Refuse unknown folders and cycles; the caller holds the lock."""
    if into in moved:
        raise InvalidFolder("You cannot move a folder to itself")
    rows = TemplateFolder.objects.filter(service=service).values_list("id", "parent_id")
    parents: dict[UUID, UUID | None] = dict(rows)
    unknown = moved - parents.keys()
    if unknown:
        raise InvalidFolder(f"No folder found with id {min(unknown)}")
    above = into
    while above is not None:
        above = parents[above]
        if above in moved:
            raise InvalidFolder("You cannot move a folder to one of its subfolders")


def _require_templates(service: Service, moved: set[UUID]) -> None:
    rows = Template.objects.filter(service=service, hidden=False, id__in=moved)
    unknown = moved - set(rows.values_list("id", flat=True))
    if unknown:
        raise InvalidFolder(f"No template found with id {min(unknown)}")
