"""Templates of a file."""

from typing import Any

from services.models import Service, User
from templates_app.configuration.declarations import DeclaredTemplate
from templates_app.configuration.folder_entries import Folders
from templates_app.configuration.report import Report
from templates_app.configuration.review_entries import propose_template
from templates_app.configuration.template_values import values_of_new, wanted_of
from templates_app.models import Template
from templates_app.redaction import redact
from templates_app.validation import InvalidTemplate
from templates_app.versions import archive_template, create_template, update_template


def apply_template(
    entry: DeclaredTemplate, folders: Folders, report: Report, what: str
) -> dict[str, Any]:
    """Make one template what the file says, or propose it if the service wants a review.

    Returns:
        The id and the version of the template, if it is there, and the id of the change that waits.

    Raises:
        InvalidTemplate: it cannot be saved, or it was archived and cannot come back.
        InvalidFolder: it cannot be put where the file says.
    """
    service, name = folders.service, f'{what}: template "{entry.name}"'
    row, change_id = _find(entry, service), None
    if row is not None and row.archived and not entry.archived:
        raise InvalidTemplate(
            f"the template {entry.name} was archived and cannot come back: give a new name"
        )
    if row is None or not row.archived:
        if service.templates_need_review:
            change_id = propose_template(entry, row, folders, report=report, name=name)
        else:
            row = _create(entry, service, report, name) if row is None else row
            row = _change(entry, row, report, name)
    if row is None:
        return {"change": str(change_id)}
    _redact(entry, row, report, name)
    if not row.archived and not entry.archived and entry.gives("folder"):
        folders.place(row, entry.folder, report, name)
    ids = {"id": str(row.id), "version": row.version}
    return ids | ({"change": str(change_id)} if change_id else {})


def _find(entry: DeclaredTemplate, service: Service) -> Template | None:
    rows = Template.objects.filter(
        service=service, name=entry.name, template_type=entry.type, hidden=False
    ).select_related("service_letter_contact")
    live = list(rows.filter(archived=False)[:2])
    if len(live) > 1:
        raise InvalidTemplate(f"the service has several templates {entry.name}: rename them first")
    return live[0] if live else rows.order_by("-created_at", "id").first()


def _create(entry: DeclaredTemplate, service: Service, report: Report, name: str) -> Template:
    report.added(name)
    return create_template(
        service,
        name=entry.name,
        template_type=entry.type,
        actor=None,
        as_operator=True,
        **values_of_new(entry, service),
    )


def _change(entry: DeclaredTemplate, row: Template, report: Report, name: str) -> Template:
    wanted = wanted_of(entry, row)
    changed = update_template(row, actor=row.created_by, as_operator=True, **wanted.values)
    report.changed(f"{name} version {changed.version}", wanted.differences)
    if entry.archived:
        changed = archive_template(changed, actor=None)
        report.changed(name, {"archived": (False, True)})
    return changed


def _redact(entry: DeclaredTemplate, row: Template, report: Report, name: str) -> None:
    if entry.redacted_by is None or row.redaction.redact_personalisation:
        return
    author = User.objects.filter(email_address=entry.redacted_by.lower()).first()
    if author is None:
        raise InvalidTemplate(f"there is no user {entry.redacted_by}")
    redact(row, actor=author)
    report.changed(name, {"values_hidden": (False, True)})
