"""Let support staff see to whom a message goes and what it says, with a reason that is kept."""

from typing import Final

from notifications.models import Notification
from notifications.support.person import NotSearchable, read_person
from notify_project import audit
from notify_project.api.errors import BadRequest
from services.models import User

SHORTEST_REASON: Final = 3
LONGEST_REASON: Final = 500


def reveal(row: Notification, *, actor: User | None, reason: str, seen_before: int = 0) -> None:
    """Write down that somebody is about to see what is personal in a message.

    Args:
        row: the message.
        actor: who looks; None is somebody at the command line.
        reason: why.
        seen_before: how many other messages they have seen since they signed in.

    Raises:
        BadRequest: there is no reason, or it tells who the recipient is.
    """
    reason = " ".join(reason.split())
    if sum(each.isalnum() for each in reason) < SHORTEST_REASON:
        raise BadRequest("Say why: it is kept with the audit")
    if len(reason) > LONGEST_REASON:
        raise BadRequest(f"A reason has at most {LONGEST_REASON} characters")
    if _tells_recipient(row, reason):
        raise BadRequest("The reason is kept: it must not name the recipient")
    audit.record(
        "show personal data",
        row,
        actor=actor,
        service_id=row.service_id,
        after={"messages_seen_before": seen_before},
        reason=reason,
    )


def _tells_recipient(row: Notification, reason: str) -> bool:
    if not row.to:
        return False
    try:
        return read_person([row.to]).is_told_by(reason, row.to, row.normalised_to)
    except NotSearchable:
        # An address that nobody could be found by.
        return row.to.lower() in reason.lower()
