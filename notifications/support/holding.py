"""Hold back what is sent of a service, a template, a lane or a provider, and let it go again."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from notifications.delivery.wake import wake
from notifications.letters.tasks import wake_print_batches
from notifications.lifecycle.held import memory
from notifications.models import Hold, ProviderDetails
from notifications.support.giving_back import wake_giving_back
from notify_project import audit, clock
from notify_project.api.errors import BadRequest, NoResultFound
from notify_project.constants import LANES, Queue
from notify_project.reasons import require_reason
from services.models import Service, User
from templates_app.models import Template

Kind = Hold.Kind
# A service or a template is held by whoever sees what is wrong with it; a lane or a provider
# concerns all services.
RIGHTS: Final[dict[str, str]] = {
    Kind.SERVICE: "notifications.hold_sending",
    Kind.TEMPLATE: "notifications.hold_sending",
    Kind.LANE: "notifications.hold_lanes",
    Kind.PROVIDER: "notifications.hold_lanes",
}


class HoldRefused(BadRequest):
    """Something that cannot be held, or let go, as it is."""


def hold(kind: str, key: str, *, actor: User | None, reason: str) -> Hold:
    """Hand nothing of a subject to a provider from now on; what is accepted waits.

    Two seconds later no further hand-over begins, whichever worker it is. What is under way by
    then ends as it would have.

    Args:
        kind: a word of ``Hold.Kind``.
        key: id of the service or template, name of the lane, identifier of the provider.
        actor: who asks for it; None is a program or a command.
        reason: why.

    Raises:
        NoReason: it is not said why.
        NoResultFound: there is no such subject.
        HoldRefused: it is held already.
    """
    reason = require_reason(reason)
    service_id, key = _require_there(kind, key)
    row = Hold(
        kind=kind,
        key=key,
        service_id=service_id,
        reason=reason,
        actor=actor,
        created_at=clock.now(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _audit("hold sending", row, actor, reason)
    except IntegrityError as error:
        raise HoldRefused(f"The {kind} is held already") from error
    transaction.on_commit(memory.forget)
    return row


def release(kind: str, key: str, *, actor: User | None, reason: str) -> Hold:
    """Let a subject be sent again: what waits goes out, the oldest first.

    What had been put away comes back in batches; a task does it, and the schedule goes on with it
    should it be lost.

    Raises:
        NoReason: it is not said why.
        HoldRefused: it is not held.
    """
    reason, now = require_reason(reason), clock.now()
    key = _plain(kind, key)
    with transaction.atomic():
        row = Hold.objects.active().filter(kind=kind, key=key).select_for_update().first()
        if row is None:
            raise HoldRefused(f"The {kind} is not held")
        row.released_at, row.released_by, row.release_reason = now, actor, reason
        row.save(update_fields=["released_at", "released_by", "release_reason"])
        _audit("release sending", row, actor, reason)
    transaction.on_commit(lambda: _go_on(row))
    return row


def find_hold(kind: str, key: str | UUID) -> Hold | None:
    """Return the hold of a subject that holds now, if there is one."""
    return Hold.objects.active().filter(kind=kind, key=str(key)).first()


def find_hold_of_message(service_id: UUID, template_id: UUID, lane: str) -> Hold | None:
    """Return a hold that keeps a message from being sent, of those that name what it is of."""
    named = (
        Q(kind=Kind.SERVICE, key=str(service_id))
        | Q(kind=Kind.TEMPLATE, key=str(template_id))
        | Q(kind=Kind.LANE, key=lane)
    )
    return Hold.objects.active().filter(named).order_by("created_at", "id").first()


def age_of_oldest(now: datetime) -> dict[str, tuple[int, float]]:
    """Return of each kind how many holds there are, and the age of the first in seconds."""
    found = dict.fromkeys(Kind.values, (0, 0.0))
    for kind, created_at in Hold.objects.active().values_list("kind", "created_at"):
        count, age = found[kind]
        found[kind] = count + 1, max(age, (now - created_at).total_seconds())
    return found


def _go_on(row: Hold) -> None:
    memory.forget()
    if row.kind == Kind.LANE:
        wake(Queue(row.key))
    if row.kind == Kind.PROVIDER:
        wake_print_batches()
    wake_giving_back()


def _require_there(kind: str, key: str) -> tuple[UUID | None, str]:
    """Return the service of a subject, and the subject's key as it is compared."""
    key = _plain(kind, key)
    if kind == Kind.LANE:
        found: list[UUID | None] = [None] if key in LANES else []
    elif kind == Kind.PROVIDER:
        is_there = ProviderDetails.objects.filter(identifier=key).exists()
        found = [None] if is_there else []
    elif kind == Kind.SERVICE:
        found = list(Service.objects.filter(id=key).values_list("id", flat=True))
    else:
        found = list(Template.objects.filter(id=key).values_list("service_id", flat=True))
    if not found:
        others = f": lanes are {', '.join(LANES)}" if kind == Kind.LANE else ""
        raise NoResultFound(f"There is no such {kind}{others}")
    return found[0], key


def _plain(kind: str, key: str) -> str:
    if kind not in Kind.values:
        raise HoldRefused(f"What is held is one of {', '.join(Kind.values)}")
    if kind not in {Kind.SERVICE, Kind.TEMPLATE}:
        return key
    try:
        return str(UUID(key))
    except ValueError:
        raise NoResultFound(f"There is no such {kind}") from None


def _audit(action: str, row: Hold, actor: User | None, reason: str) -> None:
    audit.record(
        action,
        row,
        actor=actor,
        service_id=row.service_id,
        after={"kind": row.kind, "key": row.key},
        reason=reason,
    )
