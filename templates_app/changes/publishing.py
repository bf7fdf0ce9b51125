"""Publish a change: it becomes the next version of its template, or is outdated."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from notify_project import clock
from services.models import Service, User
from templates_app.changes.conflicts import find_conflicts
from templates_app.changes.proposing import proposed_values
from templates_app.changes.steps import OPEN, InvalidChange, State, locked, require_state, take
from templates_app.differences import values_of
from templates_app.models import Template, TemplateChange
from templates_app.permissions import ReviewNeeded
from templates_app.versions import archive_template, create_template, update_template

Kind = TemplateChange.Kind


class Outdated(InvalidChange):
    """A change of something that others changed meanwhile."""

    def __init__(self, row: TemplateChange, fields: list[str]) -> None:
        version = row.template.version if row.template else ""
        super().__init__(
            f"The template changed meanwhile, up to version {version}: {', '.join(fields)}. "
            "The change is outdated: propose it again from the newest version"
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change, and which fields others changed meanwhile."""

    change: TemplateChange
    conflicts: list[str]

    def require_up_to_date(self) -> TemplateChange:
        """Return the change.

        Raises:
            Outdated: the template changed meanwhile; call when that is written down.
        """
        if self.conflicts:
            raise Outdated(self.change, self.conflicts)
        return self.change


def publish(change: TemplateChange, *, actor: User | None) -> TemplateChange:
    """Publish a draft, or what was approved and waits; a draft with a start later on waits for it.

    Raises:
        ReviewNeeded: a second person must approve it first.
        InvalidChange: it has come to its end, is in review, or was approved for later.
        Outdated: the template changed meanwhile.
        InvalidTemplate: the template cannot be saved like this any more.
        Forbidden: the service has no permission for the type any more.
    """
    now = clock.now()
    with transaction.atomic():
        row = locked(change)
        require_state(row, State.DRAFT, State.APPROVED, step="published")
        if row.service.templates_need_review:
            if not is_reviewed(row):
                raise ReviewNeeded
            if not is_due(row, now):
                raise InvalidChange("It was approved for later: starts_at says when")
        is_waiting = row.state == State.DRAFT and not is_due(row, now)
        outcome = approve_or_publish(row, now, actor=actor, is_at_once=not is_waiting)
    return outcome.require_up_to_date()


def is_reviewed(row: TemplateChange) -> bool:
    """Tell whether a person approved it who wrote none of it."""
    return row.reviewer_id is not None and row.reviewer_id not in row.writer_ids


def approve_or_publish(
    row: TemplateChange,
    now: datetime,
    *,
    actor: User | None,
    is_at_once: bool,
    **approval: Any,
) -> Outcome:
    """Let a change that nothing stands against wait for its start, or publish it.

    Args:
        row: locked by the caller.
        now: this instant.
        actor: who does it; None is the schedule.
        is_at_once: it does not wait.
        approval: what a reviewer adds.
    """
    present = _locked_template(row)
    conflicts = [each.field for each in find_conflicts(row, present)]
    if conflicts:
        row.template = present
        return Outcome(take(row, State.OUTDATED, action="outdate", actor=actor, now=now), conflicts)
    if approval or not is_at_once:
        action = "approve" if approval else "schedule"
        take(row, State.APPROVED, action=action, actor=actor, now=now, **approval)
    if is_at_once:
        _publish(row, present, now, actor=actor)
    return Outcome(row, [])


def publish_if_due(change: TemplateChange, now: datetime) -> bool:
    """Publish an approved change whose start has come, if nobody has done so by now.

    What nobody else approved, of a service that asks for it by now, is in review from here on.

    Returns:
        Whether it is published.

    Raises:
        InvalidTemplate: the template cannot be saved like this any more.
        Forbidden: the service has no permission for the type any more.
    """
    with transaction.atomic():
        row = locked(change)
        if row.state != State.APPROVED or not is_due(row, now):
            return False
        if row.service.templates_need_review and not is_reviewed(row):
            _send_to_review(row, now)
            return False
        return not approve_or_publish(row, now, actor=None, is_at_once=True).conflicts


def outdate_changes_of(service: Service) -> None:
    """End what is open of a service that is archived."""
    for change in TemplateChange.objects.filter(service=service, state__in=OPEN).order_by("id"):
        row = locked(change)
        if row.state in OPEN:
            take(row, State.OUTDATED, action="outdate", actor=None)


def is_due(row: TemplateChange, now: datetime) -> bool:
    """Tell whether a change has no start to wait for."""
    return row.starts_at is None or row.starts_at <= now


def _send_to_review(row: TemplateChange, now: datetime) -> None:
    """Hand in what its author approved, or nobody."""
    unread = {"reviewer": None, "review_note": "", "reviewed_at": None}
    take(row, State.IN_REVIEW, action="submit", actor=None, now=now, submitted_at=now, **unread)


def _locked_template(row: TemplateChange) -> Template | None:
    """Return the template as it is now; nobody changes it until the step is taken."""
    if row.template_id is None:
        return None
    return Template.objects.select_for_update(no_key=True).get(id=row.template_id)


def _publish(
    row: TemplateChange, present: Template | None, now: datetime, *, actor: User | None
) -> None:
    if present is None:
        template = _create(row)
    elif row.kind == Kind.ARCHIVE:
        template = archive_template(present, actor=row.author, is_reviewed=True)
    else:
        template = _update(row, present)
    take(
        row,
        State.PUBLISHED,
        action="publish",
        actor=actor,
        now=now,
        template=template,
        published_at=now,
        published_version=template.version,
    )


def _create(row: TemplateChange) -> Template:
    values = proposed_values(row)
    return create_template(
        row.service,
        name=values.pop("name"),
        template_type=values.pop("template_type"),
        content=values.pop("content"),
        actor=row.author,
        folder_id=values.pop("folder_id", None),
        as_operator=row.from_file,
        is_reviewed=True,
        **values,
    )


def _update(row: TemplateChange, present: Template) -> Template:
    now, proposed = values_of(present), proposed_values(row)
    different = {name: value for name, value in proposed.items() if now[name] != row.proposed[name]}
    if not different:
        # Somebody else made the same change.
        return present
    return update_template(
        present,
        # A file is nobody: the author stays.
        actor=row.author or present.created_by,
        as_operator=row.from_file,
        is_reviewed=True,
        **different,
    )
