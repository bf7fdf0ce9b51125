"""The steps that the page of a change offers, and who may take them."""

from collections.abc import Callable
from dataclasses import dataclass

from notify_project.api.errors import Forbidden
from notify_project.clock import LONDON
from services.models import User
from templates_app.changes import proposing, publishing, reviewing
from templates_app.changes.steps import OPEN, State
from templates_app.models import TemplateChange


@dataclass(frozen=True, slots=True)
class Step:
    """A step as the page offers it."""

    states: tuple[State, ...]
    take: Callable[..., TemplateChange]
    question: str
    consequence: str
    yes: str
    # The author reads why.
    has_note: bool = False


STEPS = {
    "submit": Step(
        (State.DRAFT,),
        proposing.submit,
        "Hand it in for review?",
        "From then on it stays as it is, until somebody approves or refuses it.",
        "Hand in",
    ),
    "approve": Step(
        (State.IN_REVIEW,),
        reviewing.approve,
        "Approve it?",
        "It becomes the next version of the template: now, or when its start comes. The author "
        "reads why.",
        "Approve",
        has_note=True,
    ),
    "refuse": Step(
        (State.IN_REVIEW,),
        reviewing.refuse,
        "Refuse it?",
        "The template stays what it is. The author reads why, and can propose another change.",
        "Refuse",
        has_note=True,
    ),
    "withdraw": Step(
        OPEN,
        reviewing.withdraw,
        "Withdraw it?",
        "The template stays what it is. The change cannot be brought back.",
        "Withdraw",
    ),
    "publish": Step(
        (State.DRAFT, State.APPROVED),
        publishing.publish,
        "Publish it?",
        "It becomes the next version of the template: now, or when its start comes.",
        "Publish",
    ),
}


def may_review(row: TemplateChange, user: User) -> bool:
    """Tell whether somebody is the second person that a change needs."""
    try:
        reviewing.require_may_review(row, user)
    except Forbidden:
        return False
    return True


def what_next(row: TemplateChange, user: User, *, has_conflicts: bool) -> str:
    """Say what somebody can do."""
    if has_conflicts:
        return (
            "Others changed the same meanwhile: it becomes outdated when somebody approves or "
            "publishes it. Propose it again from the newest version."
        )
    if row.state == State.APPROVED and row.starts_at:
        starts_at = row.starts_at.astimezone(LONDON)
        return f"It is published at {starts_at:%H:%M on %-d %B %Y}, in London."
    wants_review = row.service.templates_need_review
    words: dict[str, str] = {
        State.DRAFT: (
            "Hand it in for review." if wants_review else "Publish it, or hand it in for review."
        ),
        State.IN_REVIEW: (
            "Approve or refuse it."
            if may_review(row, user)
            else "You wrote it: somebody else has to approve or refuse it."
        ),
    }
    return words.get(row.state, "nothing")
