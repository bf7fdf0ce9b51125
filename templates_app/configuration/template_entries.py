"""Templates of a file."""

from services.models import Service
from templates_app.configuration.declarations import DeclaredTemplate
from templates_app.configuration.report import Report
from templates_app.models import Template
from templates_app.validation import InvalidTemplate
from templates_app.versions import (
    archive_template,
    create_template,
    update_template,
)


def apply_template(
    entry: DeclaredTemplate, service: Service, report: Report, what: str
) -> Template:
    """Make one template what the file says.

    Raises:
        InvalidTemplate: it cannot be saved, or it was archived and cannot come back.
    """
    name = f'{what}: template "{entry.name}"'
    row = _find(entry, service)
    if row is None:
        row = create_template(
            service,
            name=entry.name,
            template_type=entry.type,
            content=entry.content,
            subject=entry.subject,
            process_type=entry.process_type,
            postage=entry.postage,
            has_unsubscribe_link=entry.has_unsubscribe_link,
            actor=None,
        )
        report.added(name)
    elif row.archived:
        if not entry.archived:
            raise InvalidTemplate(
                f"the template {entry.name} was archived and cannot come back: give a new name"
            )
        return row
    else:
        row = _change(entry, row, report, name)
    if entry.archived:
        row = archive_template(row, actor=None)
        report.changed(name, {"archived": (False, True)})
    return row


def _find(entry: DeclaredTemplate, service: Service) -> Template | None:
    rows = Template.objects.filter(
        service=service, name=entry.name, template_type=entry.type, hidden=False
    )
    live = list(rows.filter(archived=False)[:2])
    if len(live) > 1:
        raise InvalidTemplate(f"the service has several templates {entry.name}: rename them first")
    return live[0] if live else rows.order_by("-created_at", "id").first()


def _change(entry: DeclaredTemplate, row: Template, report: Report, name: str) -> Template:
    wanted = {
        field: getattr(entry, field)
        for field in ("content", "subject", "process_type", "postage", "has_unsubscribe_link")
        if entry.gives(field)
    }
    differences = {
        field: (getattr(row, field), value)
        for field, value in wanted.items()
        if getattr(row, field) != value
    }
    changed = update_template(row, actor=row.created_by, **wanted)
    report.changed(f"{name} version {changed.version}", differences)
    return changed
