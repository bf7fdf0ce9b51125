"""Telling services again: the frozen bodies of finished rows, at the pace of any other call."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from notifications.callbacks.old_rows import KEEP
from notifications.callbacks.tasks import wake
from notifications.models import CallbackDelivery
from notify_project import audit, clock
from notify_project.api.errors import ApiError
from services.models import Service, User

State = CallbackDelivery.State
FINISHED = [State.GIVEN_UP, State.DONE, State.DROPPED]
BATCH = 10_000
# One batch, in one transaction: whoever waits for the answer gets it at once, or nothing happened.
MOST_AT_ONCE = BATCH


class ReplayRefused(ApiError):
    """A replay that does not say of what, or why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which finished rows are told again; what is None does not matter.

    Attributes:
        ids: of rows.
        service_id: who was to be told.
        callback_type: of what.
        state: how the telling ended.
        since: when the event happened, at the earliest.
        until: before when it happened.
    """

    ids: tuple[UUID, ...] = ()
    service_id: UUID | None = None
    callback_type: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def rows(self, now: datetime) -> QuerySet[CallbackDelivery]:
        """Return what was finished by then.

        Raises:
            ReplayRefused: it would be everything, or the state is none that is finished.
        """
        if not (self.ids or self.service_id or self.since):
            raise ReplayRefused("Say which: by id, by service, or since when")
        if self.state is not None and self.state not in FINISHED:
            raise ReplayRefused("What waits is told anyway: only what is finished is told again")
        found: dict[str, Any] = {
            "id__in": self.ids or None,
            "service_id": self.service_id,
            "callback_type": self.callback_type,
            "state": self.state,
            "created_at__gte": self.since,
            "created_at__lt": self.until,
        }
        given = {name: value for name, value in found.items() if value is not None}
        # What is told again and finished meanwhile is not told a third time.
        return CallbackDelivery.objects.filter(
            **{"state__in": FINISHED, "finished_at__lt": now, **given}
        )

    def described(self) -> dict[str, Any]:
        """Return the choice as an audit event keeps it."""
        return {
            "ids": [str(each) for each in self.ids],
            "callback_type": self.callback_type,
            "state": self.state,
            "since": clock.api_time(self.since) if self.since else None,
            "until": clock.api_time(self.until) if self.until else None,
        }


def note_on_retention(wanted: Wanted, now: datetime) -> str:
    """Return what to tell somebody who asks for rows that may be gone; else an empty text."""
    if wanted.since is not None and wanted.since < now - KEEP:
        return f"Calls are kept for {KEEP.days} days after their end: older ones are gone."
    return ""


def replay(wanted: Wanted, *, actor: User | None, reason: str, now: datetime) -> Iterator[int]:
    """Make finished rows wait again, and yield how many of each batch.

    Args:
        wanted: which.
        actor: who asked for it.
        reason: why; audit events keep it.
        now: only what was finished by then.

    Raises:
        ReplayRefused: the message says why.
    """
    rows = wanted.rows(now).order_by("created_at", "id")
    if not reason.strip():
        raise ReplayRefused("Give a reason")
    while services := _replay_batch(rows, now, wanted=wanted, actor=actor, reason=reason):
        wake()
        yield services.total()


def replay_at_once(wanted: Wanted, *, actor: User | None, reason: str, now: datetime) -> int:
    """Make finished rows of one address wait again while somebody waits; return how many.

    Args:
        wanted: which, of one service and type.
        actor: who asked for it.
        reason: why; the audit event keeps it.
        now: only what was finished by then.

    Raises:
        ReplayRefused: it would be everything or too much, there is no such row, or no reason.
    """
    if not (wanted.ids or wanted.state or wanted.since or wanted.until):
        raise ReplayRefused("Say which: by ids, state, since or until")
    _require_there(wanted)
    if len(wanted.rows(now).values_list("id")[: MOST_AT_ONCE + 1]) > MOST_AT_ONCE:
        raise ReplayRefused(
            f"These are more than {MOST_AT_ONCE:,} calls: choose a shorter period, or let support "
            "staff use the command replay_callbacks"
        )
    return sum(replay(wanted, actor=actor, reason=reason, now=now))


def _require_there(wanted: Wanted) -> None:
    rows = CallbackDelivery.objects.filter(callback_type=wanted.callback_type)
    there = rows.filter(service=wanted.service_id, id__in=wanted.ids)
    if missing := set(wanted.ids) - set(there.values_list("id", flat=True)):
        named = ", ".join(sorted(map(str, missing))[:5])
        raise ReplayRefused(f"There is no such call here: {named}")


def _replay_batch(
    rows: QuerySet[CallbackDelivery],
    now: datetime,
    *,
    wanted: Wanted,
    actor: User | None,
    reason: str,
) -> Counter[UUID]:
    with transaction.atomic():
        locked = rows.select_for_update(skip_locked=True).values_list("id", "service_id")[:BATCH]
        services = dict(locked)
        CallbackDelivery.objects.filter(id__in=services).update(
            state=State.WAITING, attempts=0, next_attempt_at=now, finished_at=None
        )
        counts = Counter(services.values())
        for service_id, count in counts.items():
            audit.record(
                "replay callbacks",
                Service(id=service_id),
                actor=actor,
                service_id=service_id,
                after={"count": count, **wanted.described()},
                reason=reason,
            )
    return counts
