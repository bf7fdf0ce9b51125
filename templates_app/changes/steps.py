"""The steps of a change: each is taken once, under a lock, and leaves an audit event."""

from datetime import datetime
from typing import Any

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from services.models import Service, User
from templates_app.models import TemplateChange

State = TemplateChange.State
OPEN = TemplateChange.OPEN


class InvalidChange(ApiError):
    """A change that cannot be proposed, or a step that it cannot take."""


def locked(change: TemplateChange) -> TemplateChange:
    """Return a change as it is now; whoever else wants to take a step waits.

    The service comes first, as for who archives it, puts its folders in order or switches the
    review on: in another order two of them would wait for each other.
    """
    Service.objects.select_for_update(no_key=True).get(id=change.service_id)
    rows = TemplateChange.objects.select_for_update(of=("self",))
    return rows.select_related("service", "template").get(id=change.id)


def require_state(row: TemplateChange, *states: State, step: str) -> None:
    """Refuse a step that another one has overtaken.

    Raises:
        InvalidChange: the message says how far the change has come.
    """
    if row.state not in states:
        words = State(row.state).value.replace("-", " ")
        raise InvalidChange(f"The change is {words}: it cannot be {step}")


def take(
    row: TemplateChange, to: State, *, action: str, actor: User | None, **columns: Any
) -> TemplateChange:
    """Write a step; the caller holds the lock."""
    before, row.state, row.updated_at = row.state, to, columns.pop("now", None) or clock.now()
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    write_audit(row, action, actor=actor, before={"state": before})
    return row


def write_audit(
    row: TemplateChange, action: str, *, actor: User | None, before: dict[str, Any] | None
) -> None:
    """Write who did what: which fields, not what they say."""
    audit.record(
        f"{action} template change",
        row,
        actor=actor,
        service_id=row.service_id,
        before=before,
        after={
            "state": row.state,
            "kind": row.kind,
            "template": str(row.template_id) if row.template_id else None,
            "base_version": row.base_version,
            "published_version": row.published_version,
            "fields": sorted(row.proposed),
            "starts_at": _text(row.starts_at),
        },
    )


def _text(instant: datetime | None) -> str | None:
    return clock.api_time(instant) if instant else None
