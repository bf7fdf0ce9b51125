"""Templates of a file."""

from typing import Any
from uuid import UUID

from services.models import Service, ServiceLetterContact, User
from services.senders import contact_block_of
from templates_app.configuration.declarations import DeclaredTemplate
from templates_app.configuration.folder_entries import Folders
from templates_app.configuration.report import Report
from templates_app.models import LetterLanguages, Template
from templates_app.redaction import redact
from templates_app.validation import InvalidTemplate
from templates_app.versions import CHANGEABLE, archive_template, create_template, update_template

# The name is how a template is known, and a contact block is known by its text.
_COLUMNS = tuple(name for name in CHANGEABLE if name not in ("name", "service_letter_contact_id"))
_WELSH = ("letter_welsh_subject", "letter_welsh_content")


def apply_template(
    entry: DeclaredTemplate, folders: Folders, report: Report, what: str
) -> Template:
    """Make one template what the file says.

    Raises:
        InvalidTemplate: it cannot be saved, or it was archived and cannot come back.
        InvalidFolder: it cannot be put where the file says.
    """
    service = folders.service
    name = f'{what}: template "{entry.name}"'
    row = _find(entry, service)
    if row is None:
        row = create_template(
            service,
            name=entry.name,
            template_type=entry.type,
            actor=None,
            as_operator=True,
            service_letter_contact_id=_contact_block(entry, service),
            **{column: getattr(entry, column) for column in _COLUMNS},
        )
        report.added(name)
    elif row.archived:
        if not entry.archived:
            raise InvalidTemplate(
                f"the template {entry.name} was archived and cannot come back: give a new name"
            )
        _redact(entry, row, report, name)
        return row
    else:
        row = _change(entry, row, report, name)
    _redact(entry, row, report, name)
    if entry.archived:
        row = archive_template(row, actor=None)
        report.changed(name, {"archived": (False, True)})
    elif entry.gives("folder"):
        folders.place(row, entry.folder, report, name)
    return row


def _find(entry: DeclaredTemplate, service: Service) -> Template | None:
    rows = Template.objects.filter(
        service=service, name=entry.name, template_type=entry.type, hidden=False
    ).select_related("service_letter_contact")
    live = list(rows.filter(archived=False)[:2])
    if len(live) > 1:
        raise InvalidTemplate(f"the service has several templates {entry.name}: rename them first")
    return live[0] if live else rows.order_by("-created_at", "id").first()


def _change(entry: DeclaredTemplate, row: Template, report: Report, name: str) -> Template:
    wanted: dict[str, Any] = {
        column: getattr(entry, column) for column in _COLUMNS if entry.gives(column)
    }
    if entry.letter_languages == LetterLanguages.ENGLISH:
        # The file of an English letter has no Welsh text: what there was goes.
        wanted = {**dict.fromkeys(_WELSH), **wanted}
    differences = {
        column: (getattr(row, column), value)
        for column, value in wanted.items()
        if getattr(row, column) != value
    }
    block = row.service_letter_contact
    before = None if block is None or block.archived else block
    wanted_id = _contact_block(entry, row.service)
    if entry.gives("contact_block") and wanted_id != (before.id if before else None):
        wanted["service_letter_contact_id"] = wanted_id
        differences["contact_block"] = (
            before.contact_block if before else None,
            entry.contact_block,
        )
    changed = update_template(row, actor=row.created_by, as_operator=True, **wanted)
    report.changed(f"{name} version {changed.version}", differences)
    return changed


def _contact_block(entry: DeclaredTemplate, service: Service) -> UUID | None:
    """Return the block with the text that the file gives: a text is there once."""
    if entry.contact_block is None:
        return None
    blocks = ServiceLetterContact.objects.filter(service=service, archived=False)
    row = blocks.filter(contact_block=contact_block_of(entry.contact_block)).first()
    if row is None:
        raise InvalidTemplate("the service has no letter contact with this address")
    return row.id


def _redact(entry: DeclaredTemplate, row: Template, report: Report, name: str) -> None:
    if entry.redacted_by is None or row.redaction.redact_personalisation:
        return
    author = User.objects.filter(email_address=entry.redacted_by.lower()).first()
    if author is None:
        raise InvalidTemplate(f"there is no user {entry.redacted_by}")
    redact(row, actor=author)
    report.changed(name, {"values_hidden": (False, True)})
