"""Propose a change of a template, edit it while it is a draft, and hand it in for review."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from notify_project import clock
from notify_project.constants import NotificationType
from notify_project.texts import clean_name, is_storable
from services.models import Service, User
from templates_app.change_model import MAX_NOTE
from templates_app.changes.conflicts import base_values
from templates_app.changes.steps import (
    InvalidChange,
    State,
    locked,
    require_state,
    take,
    write_audit,
)
from templates_app.differences import plain, values_of
from templates_app.folders import require_folder
from templates_app.models import LetterLanguages, Template, TemplateChange, TemplateHistory
from templates_app.permissions import require_may_create, require_may_update
from templates_app.validation import InvalidTemplate, require_contact_block, require_valid
from templates_app.versions import CHANGEABLE, DEFAULT_POSTAGE

Kind = TemplateChange.Kind
LONGEST = timedelta(days=366)
NEEDED = ("name", "template_type", "content")
_OF_NEW_TEMPLATES = (*CHANGEABLE, "template_type", "folder_id")
# Of a letter, unless its author says something else.
_OF_LETTERS = {"postage": DEFAULT_POSTAGE, "letter_languages": LetterLanguages.ENGLISH.value}


def propose(
    service: Service,
    kind: str,
    *,
    actor: User | None,
    template: Template | None = None,
    values: Mapping[str, Any] | None = None,
    base_version: int | None = None,
    note: str = "",
    starts_at: datetime | None = None,
    from_file: bool = False,
) -> TemplateChange:
    """Write a draft.

    Args:
        service: whose template it is, or will be.
        kind: to create, to update or to archive.
        actor: the author.
        template: of the service; none if it is to be created.
        values: fields with their new values; none if the template is to be archived.
        base_version: the version that the author looked at; the newest unless given.
        note: for the reviewer.
        starts_at: when it is published; as soon as it may be, unless given.
        from_file: whoever runs the installation may prepare what the service cannot send yet.

    Raises:
        InvalidChange: nothing would change, or the start or the note is impossible.
        InvalidTemplate: the template could not be saved like this, or is archived.
        Forbidden: the service has no permission for the type.
    """
    now = clock.now()
    row = TemplateChange(
        service=service,
        kind=Kind(kind),
        template=template,
        author=actor,
        writer_ids=[actor.pk] if actor else [],
        from_file=from_file,
        created_at=now,
        updated_at=now,
    )
    with transaction.atomic():
        _set_base(row, base_version)
        _set_values(row, values or {})
        _set_note(row, note)
        require_start(starts_at)
        row.starts_at = starts_at
        row.save(force_insert=True)
        write_audit(row, "propose", actor=actor, before=None)
    return row


def propose_restore(template: Template, version: int, *, actor: User | None) -> TemplateChange:
    """Write a draft that makes a template again what one of its versions was.

    Raises:
        InvalidChange: there is no such version, or the template is like that.
        InvalidTemplate: the template could not be saved like this any more, or is archived.
    """
    values = restored_values(template, version)
    return propose(template.service, Kind.UPDATE, actor=actor, template=template, values=values)


def restored_values(template: Template, version: int) -> dict[str, Any]:
    """Return what a version says otherwise than the template does now.

    How urgent its messages are is no matter of what it says, and stays.

    Raises:
        InvalidChange: there is no such version.
    """
    row = TemplateHistory.objects.filter(id=template.id, version=version).first()
    if row is None:
        raise InvalidChange(f"The template has no version {version}")
    then, now = values_of(row), values_of(template)
    said = (name for name in CHANGEABLE if name != "process_type")
    return {name: then[name] for name in said if then[name] != now[name]}


def edit(change: TemplateChange, *, actor: User | None, **given: Any) -> TemplateChange:
    """Change a draft; whoever does, but for its note, has written some of it.

    Args:
        change: which.
        actor: who edits.
        given: ``values``, of which others stay; ``note``; ``starts_at``.

    Raises:
        InvalidChange: it is no draft any more; else as for a new one.
        InvalidTemplate: as for a new one.
        Forbidden: as for a new one.
    """
    with transaction.atomic():
        row = locked(change)
        require_state(row, State.DRAFT, step="edited")
        if "values" in given:
            _set_values(row, {**row.proposed, **given["values"]})
        if "note" in given:
            _set_note(row, given["note"])
        if "starts_at" in given:
            require_start(given["starts_at"])
            row.starts_at = given["starts_at"]
        is_writer = bool({"values", "starts_at"} & given.keys())
        if is_writer and actor is not None and actor.pk not in row.writer_ids:
            row.writer_ids = [*row.writer_ids, actor.pk]
        return take(row, State.DRAFT, action="edit", actor=actor)


def submit(change: TemplateChange, *, actor: User | None) -> TemplateChange:
    """Hand a draft in; from now on it stays as it is.

    Raises:
        InvalidChange: it is no draft.
    """
    now = clock.now()
    with transaction.atomic():
        row = locked(change)
        require_state(row, State.DRAFT, step="submitted")
        return take(row, State.IN_REVIEW, action="submit", actor=actor, now=now, submitted_at=now)


def proposed_values(row: TemplateChange) -> dict[str, Any]:
    """Return the proposed values as columns have them."""
    return {
        name: UUID(value) if name.endswith("_id") and value else value
        for name, value in row.proposed.items()
    }


def proposed_template(row: TemplateChange) -> Template:
    """Return the template as it would be, not saved."""
    if row.template is None:
        template = Template(service=row.service)
    else:
        template = Template.objects.get(id=row.template.id)
    for name, value in proposed_values(row).items():
        setattr(template, name, value)
    return template


def _set_base(row: TemplateChange, base_version: int | None) -> None:
    if row.kind == Kind.CREATE:
        if row.template is not None or base_version is not None:
            raise InvalidChange("A template that is created is not there yet")
        return
    if row.template is None:
        raise InvalidChange("template is missing")
    if row.template.service_id != row.service_id or row.template.hidden:
        raise InvalidChange("The service has no such template")
    if row.template.archived:
        raise InvalidTemplate("Template has been deleted")
    row.base_version = row.template.version if base_version is None else base_version
    if not 1 <= row.base_version <= row.template.version:
        raise InvalidChange(f"The template has no version {row.base_version}")


def _set_values(row: TemplateChange, values: Mapping[str, Any]) -> None:
    """Check the values as publishing will, and keep what differs from the version looked at."""
    allowed = {Kind.CREATE: _OF_NEW_TEMPLATES, Kind.UPDATE: CHANGEABLE, Kind.ARCHIVE: ()}
    wrong = sorted(values.keys() - set(allowed[Kind(row.kind)]))
    if wrong:
        raise InvalidChange(f"{wrong[0]} cannot be changed by this")
    if row.kind == Kind.ARCHIVE:
        return
    row.proposed = normalised(row.kind, values)
    if row.kind == Kind.UPDATE:
        base = base_values(row)
        row.proposed = {name: new for name, new in row.proposed.items() if base[name] != new}
        if not row.proposed:
            raise InvalidChange("Nothing would change")
    _require_savable(row)


def normalised(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they are kept: those of a new template without what it has anyway."""
    kept = {name: plain(value) for name, value in values.items()}
    if kept.get("name"):
        kept["name"] = clean_name(kept["name"])
    if kind == Kind.CREATE:
        kept = {name: value for name, value in kept.items() if value is not None}
        if kept.get("template_type") == NotificationType.LETTER:
            kept = {**_OF_LETTERS, **kept}
    return kept


def _require_savable(row: TemplateChange) -> None:
    missing = [name for name in NEEDED if row.template is None and not row.proposed.get(name)]
    if missing:
        raise InvalidChange(f"{missing[0]} is missing")
    template = proposed_template(row)
    require_valid(template)
    if "service_letter_contact_id" in row.proposed:
        require_contact_block(template)
    if row.proposed.get("folder_id"):
        require_folder(row.service_id, template.folder_id)
    if not row.from_file:
        _require_permission(row, template)


def _require_permission(row: TemplateChange, template: Template) -> None:
    if row.kind == Kind.CREATE:
        require_may_create(row.service_id, template.template_type)
    else:
        require_may_update(template)


def _set_note(row: TemplateChange, note: str) -> None:
    require_note(note)
    row.note = note


def require_note(note: str) -> None:
    """Refuse a note that cannot be kept.

    Raises:
        InvalidChange: it is too long, or the database cannot hold it.
    """
    if len(note) > MAX_NOTE or not is_storable(note):
        raise InvalidChange(f"A note has at most {MAX_NOTE} characters, and no null characters")


def require_start(starts_at: datetime | None) -> None:
    """Refuse a start that has passed, or that nobody would remember.

    Raises:
        InvalidChange: it is not within a year from now.
    """
    now = clock.now()
    if starts_at is not None and not now < starts_at <= now + LONGEST:
        raise InvalidChange("The start must be in the future, and at most a year away")
