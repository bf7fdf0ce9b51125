"""Do to a batch of messages what a bulk action is for, in the caller's transaction."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from notifications import lifecycle
from notifications.callbacks.replay import FINISHED
from notifications.callbacks.tasks import wake as wake_callbacks
from notifications.delivery.wake import wake
from notifications.letters import cancel
from notifications.models import BulkAction, CallbackDelivery, Notification
from notify_project.constants import Queue

Act = BulkAction.Act


def act_on(act: str, ids: list[UUID], now: datetime) -> int:
    """Act on messages; those that have become something else are left.

    What follows, the waking of workers and the like, is done once it is committed.

    Returns:
        How many were changed.
    """
    return _WAYS[act](ids, now) if ids else 0


def _send_now(ids: list[UUID], now: datetime) -> int:
    lanes = lifecycle.hurry(ids, now=now)
    transaction.on_commit(partial(wake, *sorted({Queue(lane) for lane in lanes.values()})))
    return len(lanes)


def _fail(ids: list[UUID], now: datetime) -> int:
    return len(lifecycle.end_by_hand(ids, now=now))


def _tell_again(ids: list[UUID], now: datetime) -> int:
    # Locked in one order, as others lock several.
    rows = CallbackDelivery.objects.filter(id__in=ids, state__in=FINISHED).order_by("id")
    locked = list(rows.select_for_update().values_list("id", flat=True))
    told = CallbackDelivery.objects.filter(id__in=locked).update(
        state=CallbackDelivery.State.WAITING, attempts=0, next_attempt_at=now, finished_at=None
    )
    transaction.on_commit(wake_callbacks)
    return told


def _cancel_letters(ids: list[UUID], now: datetime) -> int:
    count = 0
    for letter in Notification.objects.filter(id__in=ids).order_by("id"):
        if cancel.refusal(letter, now) or not lifecycle.cancel_letter(letter.id, now=now):
            continue
        transaction.on_commit(partial(cancel.forget, letter, now=now))
        count += 1
    return count


_WAYS: dict[str, Callable[[list[UUID], datetime], int]] = {
    Act.SEND_NOW: _send_now,
    Act.FAIL: _fail,
    Act.TELL_AGAIN: _tell_again,
    Act.CANCEL_LETTERS: _cancel_letters,
}
