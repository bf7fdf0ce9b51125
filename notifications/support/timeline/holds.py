"""What is held back by people, of all that a message belongs to."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from notifications import lifecycle
from notifications.models import Hold, Notification

_WHAT = {
    Hold.Kind.SERVICE: "its service",
    Hold.Kind.TEMPLATE: "its template",
    Hold.Kind.LANE: "its lane",
    Hold.Kind.PROVIDER: "its provider",
}


@dataclass(frozen=True, slots=True)
class Held:
    """Something that somebody holds back.

    Attributes:
        what: such as "its service".
        since: when they began.
        by: who; empty for a program.
        reason: why.
    """

    what: str
    since: datetime
    by: str
    reason: str


def active_holds_for(row: Notification) -> list[Held]:
    """Return what keeps a message back, apart from its job, the first to hold first."""
    which = (
        Q(kind=Hold.Kind.SERVICE, key=str(row.service_id))
        | Q(kind=Hold.Kind.TEMPLATE, key=str(row.template_id))
        | Q(kind=Hold.Kind.LANE, key=row.lane)
    )
    if lifecycle.held_by(row.next_attempt_at) == Hold.Kind.PROVIDER:
        which |= Q(kind=Hold.Kind.PROVIDER)
    holds = Hold.objects.active().filter(which).select_related("actor").order_by("created_at")
    return [
        Held(
            _WHAT[Hold.Kind(hold.kind)],
            hold.created_at,
            hold.actor.name if hold.actor else "",
            hold.reason,
        )
        for hold in holds
    ]
