"""Approve, refuse or withdraw a change."""

from django.db import transaction

from notify_project import clock
from notify_project.api.errors import Forbidden
from services.models import User
from templates_app.changes.proposing import require_note
from templates_app.changes.publishing import approve_or_publish, is_due
from templates_app.changes.steps import OPEN, InvalidChange, State, locked, require_state, take
from templates_app.models import TemplateChange


def approve(change: TemplateChange, *, actor: User | None, note: str = "") -> TemplateChange:
    """Approve a change that is in review: it is published now, or when its start comes.

    Args:
        change: which.
        actor: the reviewer.
        note: for the author.

    Raises:
        Forbidden: the service asks for a second person, and this is none; or it has no permission
            for the type any more.
        InvalidChange: it is not in review.
        Outdated: the template changed meanwhile.
        InvalidTemplate: the template cannot be saved like this any more.
    """
    now = clock.now()
    require_note(note)
    with transaction.atomic():
        row = locked(change)
        require_state(row, State.IN_REVIEW, step="approved")
        require_may_review(row, actor)
        outcome = approve_or_publish(
            row,
            now,
            actor=actor,
            is_at_once=is_due(row, now),
            reviewer=actor,
            review_note=note,
            reviewed_at=now,
        )
    return outcome.require_up_to_date()


def refuse(change: TemplateChange, *, actor: User | None, note: str) -> TemplateChange:
    """Refuse a change that is in review, and say why.

    Args:
        change: which.
        actor: the reviewer.
        note: for the author.

    Raises:
        Forbidden: the service asks for a second person, and this is none.
        InvalidChange: it is not in review, or the note says nothing.
    """
    now = clock.now()
    require_note(note)
    if not note.strip():
        raise InvalidChange("Say in a note why it is refused")
    with transaction.atomic():
        row = locked(change)
        require_state(row, State.IN_REVIEW, step="refused")
        require_may_review(row, actor)
        return take(
            row,
            State.REFUSED,
            action="refuse",
            actor=actor,
            now=now,
            reviewer=actor,
            review_note=note,
            reviewed_at=now,
        )


def withdraw(change: TemplateChange, *, actor: User | None) -> TemplateChange:
    """Take a change back before it is published; anyone who may propose may.

    Raises:
        InvalidChange: it has come to its end.
    """
    with transaction.atomic():
        row = locked(change)
        require_state(row, *OPEN, step="withdrawn")
        return take(row, State.WITHDRAWN, action="withdraw", actor=actor)


def require_may_review(row: TemplateChange, actor: User | None) -> None:
    """Refuse a reviewer who is no second person, if the service asks for one.

    Raises:
        Forbidden: the actor is no person, or wrote some of the change.
    """
    if not row.service.templates_need_review:
        return
    if actor is None:
        raise Forbidden("A program cannot review a change: a person has to")
    if actor.pk in row.writer_ids:
        raise Forbidden("You wrote this change: somebody else has to review it")
