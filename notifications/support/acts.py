"""What support staff do to one message: send it now, end it, tell its service again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from notifications import lifecycle
from notifications.callbacks.replay import FINISHED, Wanted, replay
from notifications.delivery.wake import wake
from notifications.lifecycle.holding import HELD_UNTIL
from notifications.models import CallbackDelivery, Hold, Notification
from notifications.statuses import WAITING, Status
from notifications.support.holding import find_hold_of_message
from notify_project import audit, clock
from notify_project.api.errors import BadRequest
from notify_project.constants import NotificationType, Queue
from notify_project.reasons import require_reason
from services.models import CallbackType, User

_HANDED_OVER_NOW = "A worker has it at this moment: look again in two minutes"


class ActRefused(BadRequest):
    """Something that cannot be done to a message as it stands."""


def send_now(row: Notification, *, actor: User | None, reason: str) -> None:
    """Let a text or an email be sent at once that waits for its next attempt.

    Args:
        row: the message.
        actor: who asks for it; None is a program or a command.
        reason: why.

    Raises:
        NoReason: it is not said why, or the reason names the recipient.
        ActRefused: the message says why it cannot be sent now.
    """
    reason, now = _require_reason(row, reason), clock.now()
    if refusal := why_not_now(row, now):
        raise ActRefused(refusal)
    with transaction.atomic():
        if not lifecycle.hurry([row.id], now=now):
            raise ActRefused("It has changed meanwhile: look again")
        _audit("send message now", row, actor=actor, reason=reason, after={"status": row.status})
    wake(Queue(row.lane))


def mark_failed(row: Notification, *, actor: User | None, reason: str) -> None:
    """End a message without an outcome as technical-failure; its service is told.

    Raises:
        NoReason: it is not said why, or the reason names the recipient.
        ActRefused: it has an outcome, or somebody may be handing it over.
    """
    reason, now = _require_reason(row, reason), clock.now()
    if refusal := why_not_failed(row, now):
        raise ActRefused(refusal)
    with transaction.atomic():
        if not lifecycle.end_by_hand([row.id], now=now):
            raise ActRefused("It has changed meanwhile, or the printer may have it: look again")
        after = {"status": Status.TECHNICAL_FAILURE.value}
        _audit("mark message failed", row, actor=actor, reason=reason, after=after)


def tell_again(row: Notification, *, actor: User | None, reason: str) -> int:
    """Make the finished calls about a message again, with their bodies of then; count them.

    Raises:
        NoReason: it is not said why, or the reason names the recipient.
        ActRefused: there is no such call, or none that has ended.
    """
    reason = _require_reason(row, reason)
    if refusal := why_not_told(row.id):
        raise ActRefused(refusal)
    ids = tuple(_calls_about(row.id).filter(state__in=FINISHED).values_list("id", flat=True))
    return sum(replay(Wanted(ids=ids), actor=actor, reason=reason, now=clock.now()))


def why_not_now(row: Notification, now: datetime) -> str | None:
    """Return why a message cannot be sent now; None if it can, as far as its row tells."""
    if row.notification_type == NotificationType.LETTER:
        return "A letter goes out with its print run, and cannot be hurried"
    if row.status != Status.CREATED:
        return f"It is {row.status}: only what waits to be handed over is sent now"
    if row.claimed_until is not None and row.claimed_until > now:
        return _HANDED_OVER_NOW
    return _why_it_waits(row, now)


def why_not_failed(row: Notification, now: datetime) -> str | None:
    """Return why a message cannot be ended; likewise."""
    if row.status not in WAITING:
        return f"It is {row.status}, which is final"
    if row.notification_type == NotificationType.LETTER and row.status == Status.SENDING:
        return "The printer has it, and reports what becomes of it"
    if row.claimed_until is not None and row.claimed_until > now:
        return _HANDED_OVER_NOW
    return None


def waits_for_another_attempt(row: Notification, now: datetime) -> bool:
    """Tell, of the row alone, whether a message has a time at which it is tried again."""
    return row.next_attempt_at is not None and now < row.next_attempt_at < HELD_UNTIL


def why_not_told(notification_id: UUID) -> str | None:
    """Return why no call about a message is made again; None if one can be."""
    states = set(_calls_about(notification_id).values_list("state", flat=True))
    if states & set(FINISHED):
        return None
    if CallbackDelivery.State.WAITING in states:
        return "Its service is being told: only calls that have ended are made again"
    return "Its service was told nothing of it, or that is no longer kept"


def _why_it_waits(row: Notification, now: datetime) -> str | None:
    """Return what a message waits for; None: only for its next attempt."""
    if held := _held_by(row):
        return f"It waits because its {held} is held: release that first"
    if row.next_attempt_at == HELD_UNTIL:
        return "It waits because its job is paused: resume that"
    if row.next_attempt_at is None or row.next_attempt_at <= now:
        return "It is due already, and waits for a worker of its lane"
    return None


def _calls_about(notification_id: UUID) -> QuerySet[CallbackDelivery]:
    # By type, too: that is how the index on what they are about begins.
    return CallbackDelivery.objects.filter(
        callback_type__in=[CallbackType.DELIVERY_STATUS, CallbackType.RETURNED_LETTER],
        subject_id=notification_id,
    )


def _held_by(row: Notification) -> str | None:
    hold = find_hold_of_message(row.service_id, row.template_id, row.lane)
    if hold is not None:
        return hold.kind
    return Hold.Kind.PROVIDER if lifecycle.held_by(row.next_attempt_at) else None


def _require_reason(row: Notification, reason: str) -> str:
    return require_reason(reason, naming=[row.to or "", row.normalised_to or ""])


def _audit(
    action: str, row: Notification, *, actor: User | None, reason: str, after: dict[str, str]
) -> None:
    audit.record(
        action,
        row,
        actor=actor,
        service_id=row.service_id,
        before={"status": row.status},
        after=after,
        reason=reason,
    )
