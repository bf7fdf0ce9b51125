"""Bulk actions: counted first, confirmed by their count, then done in batches by workers."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from redis import RedisError

from notifications.models import BulkAction
from notifications.support.bulk_acting import act_on
from notifications.support.bulk_filter import BulkRefused, Looked, look, require_sense
from notify_project import audit, clock
from notify_project.constants import Queue
from notify_project.database import again_if_crossed
from notify_project.queues import enqueue
from notify_project.reasons import require_reason
from services.models import User

logger = logging.getLogger(__name__)
Act, State = BulkAction.Act, BulkAction.State

# Besides the right to act in bulk, that to do it to one.
RIGHTS: Final[dict[str, str]] = {
    Act.SEND_NOW: "notifications.replay_notification",
    Act.TELL_AGAIN: "notifications.change_callbackdelivery",
    Act.FAIL: "notifications.fail_notification",
    Act.CANCEL_LETTERS: "notifications.change_notification",
}
# Whoever reads about them is told again that often; other tasks of the queue wait no longer.
AT_A_TIME: Final = timedelta(seconds=30)
# The worker of one that has not moved for so long is gone.
LOST_AFTER: Final = timedelta(seconds=90)


def begin(
    act: str,
    *,
    since: datetime,
    until: datetime | None = None,
    actor: User | None,
    reason: str,
    **which: Any,
) -> BulkAction:
    """Plan a bulk action, and have workers count what it would be done to.

    Args:
        act: a word of ``BulkAction.Act``.
        since: messages that were accepted then or later.
        until: and before then; now at the latest.
        actor: who asks for it; None is a program or a command.
        reason: why.
        which: of ``service_id``, ``template_id``, ``provider``, ``status`` and
            ``notification_type``; at least one of the first three.

    Raises:
        NoReason: it is not said why.
        BulkRefused: it makes no sense; the message says why.
    """
    now = clock.now()
    if act not in Act.values:
        raise BulkRefused(f"What is done is one of {', '.join(Act.values)}")
    row = BulkAction(
        act=act,
        since=since,
        until=min(until or now, now),
        reason=require_reason(reason),
        actor=actor,
        created_at=now,
        heartbeat_at=now,
        **which,
    )
    require_sense(row)
    with transaction.atomic():
        row.save(force_insert=True)
        _audit("plan bulk action", row, actor, described(row))
    queue(row.id)
    return row


def start(row: BulkAction, *, count: int, actor: User | None, reason: str) -> None:
    """Let workers do what was counted.

    Args:
        row: the bulk action.
        count: of messages, as it was counted: whoever confirms has seen it.
        actor: who confirms.
        reason: why.

    Raises:
        NoReason: it is not said why.
        BulkRefused: it is not counted yet, was started before, or the count is another one.
    """
    reason, now = require_reason(reason), clock.now()
    with transaction.atomic():
        locked = BulkAction.objects.select_for_update().get(id=row.id)
        if locked.state != State.COUNTED:
            raise BulkRefused(f"It is {locked.state}: only what is counted is started")
        if locked.total != count:
            raise BulkRefused(f"It is about {locked.total} messages, not {count}")
        locked.state, locked.started_at, locked.heartbeat_at = State.RUNNING, now, now
        locked.save(update_fields=["state", "started_at", "heartbeat_at"])
        _audit("start bulk action", locked, actor, {"count": count}, reason=reason)
    queue(row.id)


def stop(row: BulkAction, *, actor: User | None, reason: str) -> None:
    """Let nothing more be done; what is done stays so. The batch under way ends first.

    Raises:
        NoReason: it is not said why.
        BulkRefused: it has ended.
    """
    reason = require_reason(reason)
    with transaction.atomic():
        locked = BulkAction.objects.select_for_update().get(id=row.id)
        if locked.state in {State.DONE, State.STOPPED}:
            raise BulkRefused(f"It is {locked.state} already")
        locked.state, locked.finished_at = State.STOPPED, clock.now()
        locked.save(update_fields=["state", "finished_at"])
        _audit("stop bulk action", locked, actor, _counts(locked), reason=reason)


def run(row_id: UUID, *, until: datetime) -> bool:
    """Count or act, a batch after the other, until it has ended or it is late.

    Any number of workers may do so; one at a time does.

    Returns:
        Whether something is left to do.
    """
    while clock.now() < until:
        if not again_if_crossed(partial(_batch, row_id)):
            return False
    return True


def run_bulk_action(row_id: str) -> None:
    """Go on with a bulk action for a while; a task."""
    if run(UUID(row_id), until=clock.now() + AT_A_TIME):
        queue(UUID(row_id))


def resume_bulk_actions() -> None:
    """Queue the bulk actions whose worker is gone."""
    late = BulkAction.objects.moving().filter(heartbeat_at__lt=clock.now() - LOST_AFTER)
    for row_id in late.values_list("id", flat=True):
        logger.warning("bulk action %s has stopped by itself: it goes on", row_id)
        queue(row_id)


def queue(row_id: UUID) -> None:
    """Queue the task of a bulk action; without Redis the schedule finds it."""
    try:
        enqueue(run_bulk_action, str(row_id), queue=Queue.JOBS)
    except (RedisError, OSError):
        logger.warning("bulk action %s could not be queued; the schedule finds it", row_id)


def described(row: BulkAction) -> dict[str, Any]:
    """Return what a bulk action is about, as an audit event keeps it."""
    return {
        "act": row.act,
        "service_id": row.service_id and str(row.service_id),
        "template_id": row.template_id and str(row.template_id),
        "provider": row.provider,
        "status": row.status,
        "notification_type": row.notification_type,
        "since": clock.api_time(row.since),
        "until": clock.api_time(row.until),
    }


def _batch(row_id: UUID) -> bool:
    """Take one step, with its count and how far it has come; say whether there is another."""
    with transaction.atomic():
        moving = BulkAction.objects.moving().select_for_update(skip_locked=True)
        row = moving.filter(id=row_id).first()
        if row is None:
            return False
        now = clock.now()
        looked = look(row, row.started_at or now)
        if row.state == State.RUNNING:
            # No more than somebody has confirmed, should more fit the filter by now.
            rest = max((row.total or 0) - row.done, 0)
            row.done += act_on(row.act, looked.wanted[:rest], now)
        _note(row, looked, now)
        row.save()
    return row.state in BulkAction.MOVING


def _note(row: BulkAction, looked: Looked, now: datetime) -> None:
    row.heartbeat_at = now
    row.looked_at += looked.count
    row.found += len(looked.wanted)
    row.reached_at, row.reached_id = looked.reached_at, looked.reached_id
    if not looked.is_last:
        return
    if row.state == State.COUNTING:
        row.state, row.total = State.COUNTED, row.found
        row.reached_at = row.reached_id = None
        row.looked_at = row.found = 0
        return
    row.state, row.finished_at = State.DONE, now
    _audit("end bulk action", row, row.actor, _counts(row))


def _counts(row: BulkAction) -> dict[str, Any]:
    return {"done": row.done, "refused": row.refused, "of": row.total}


def _audit(
    action: str, row: BulkAction, actor: User | None, after: dict[str, Any], *, reason: str = ""
) -> None:
    audit.record(
        action,
        row,
        actor=actor,
        service_id=row.service_id,
        after=after,
        reason=reason or row.reason,
    )
