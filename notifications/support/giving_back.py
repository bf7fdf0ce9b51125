"""Give back what was put away, once nothing holds it: in batches, as often as it takes."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from notifications import lifecycle
from notifications.delivery.wake import wake
from notifications.lifecycle.held import read_held
from notifications.lifecycle.putting_away import count_put_away
from notifications.models import Hold, ProviderDetails
from notify_project import clock, waiting_tasks
from notify_project.constants import LANES, NotificationType, Queue

logger = logging.getLogger(__name__)
Kind = Hold.Kind

# A worker that read the holds a moment before a release, and then waited for the database, puts
# away later than that: its outcomes wait two and a half minutes at most.
SETTLED_AFTER: Final = timedelta(minutes=10)
# Other tasks of the queue wait no longer.
AT_A_TIME: Final = timedelta(seconds=30)
MOST_COUNTED: Final = 10_000
_FLAG: Final = "giving-back"


@dataclass(frozen=True, slots=True)
class Share:
    """What is given back together, of each lane."""

    kind: Hold.Kind
    which: dict[str, UUID | str | bool]


def give_back_released() -> None:
    """Let go what released holds have put away; any number of workers may do so at once."""
    waiting_tasks.lower_flag(_FLAG)
    until = clock.now() + AT_A_TIME
    count = give_back(until=until)
    if count:
        logger.info("gave back %s messages that were held", count)
    if clock.now() >= until:
        wake_giving_back()


def wake_giving_back() -> None:
    """Queue the task above unless one waits; without Redis, log and go on."""
    waiting_tasks.wake(_FLAG, give_back_released, queue=Queue.JOBS)


def give_back(*, until: datetime) -> int:
    """Give back what nothing holds any more, until there is no more of it or it is late.

    Returns:
        How many messages may be sent again.
    """
    count = 0
    for row in Hold.objects.unfinished().order_by("released_at", "id"):
        if row.kind in {Kind.SERVICE, Kind.TEMPLATE}:
            count += _give_back(_share_of(row), until)
        _finish(row, clock.now())
    for share in _shares_of_providers():
        count += _give_back(share, until)
    return count


def put_away_count(row: Hold, limit: int) -> tuple[int, bool]:
    """Count what a hold has put away; it stops at the limit.

    Returns:
        How many there are, and whether that is all: one look does not go past very many that
        something else holds.
    """
    if row.kind == Kind.LANE:
        return 0, True
    share, left, is_all = _share_of(row), limit, True
    for lane in LANES:
        if left:
            count, after = count_put_away(
                share.kind, lane=lane.value, limit=left, after=None, **share.which
            )
            left, is_all = left - count, is_all and after is None
    return limit - left, is_all


def put_away_in_words(row: Hold) -> str:
    """Return how many messages a hold has put away; empty for a lane, where nothing is moved."""
    if row.kind == Kind.LANE:
        return ""
    count, is_all = put_away_count(row, MOST_COUNTED + 1)
    if count > MOST_COUNTED:
        return f"more than {MOST_COUNTED:,}"
    return f"{count:,}" if is_all else f"at least {count:,}"


def _share_of(row: Hold) -> Share:
    which: dict[str, Any] = {}
    if row.service_id is not None:
        which["service_id"] = row.service_id
    if row.kind == Kind.TEMPLATE:
        which["template_id"] = UUID(row.key)
    return Share(Kind(row.kind), which)


def _give_back(share: Share, until: datetime) -> int:
    return sum(_give_back_of_lane(share, lane, until) for lane in LANES)


def _give_back_of_lane(share: Share, lane: Queue, until: datetime) -> int:
    total, after = 0, None
    while clock.now() < until and not _is_held_again(share):
        with transaction.atomic():
            count, after = lifecycle.give_back(
                share.kind, lane=lane.value, after=after, **share.which
            )
        total += count
        if count:
            wake(lane)
        if after is None:
            break
    return total


def _is_held_again(share: Share) -> bool:
    held = read_held()
    if share.kind == Kind.SERVICE:
        return share.which["service_id"] in held.services
    return share.kind == Kind.TEMPLATE and share.which["template_id"] in held.templates


def _finish(row: Hold, now: datetime) -> None:
    """Forget a released hold that has put nothing away, and will not any more."""
    if row.released_at is None or now - row.released_at < SETTLED_AFTER:
        return
    # Held again, what is away belongs to the hold that holds.
    is_held = Hold.objects.active().filter(kind=row.kind, key=row.key).exists()
    if is_held or _is_empty(row):
        Hold.objects.filter(id=row.id).update(emptied_at=now)


def _is_empty(row: Hold) -> bool:
    """Say whether a hold has put nothing away, wherever it may be."""
    return row.kind == Kind.LANE or all(_is_empty_in(lane, _share_of(row)) for lane in LANES)


def _is_empty_in(lane: Queue, share: Share) -> bool:
    after = None
    while True:
        count, after = count_put_away(
            share.kind, lane=lane.value, limit=1, after=after, **share.which
        )
        if count or after is None:
            return not count


def _shares_of_providers() -> Iterator[Share]:
    """Yield what some provider can take, if any provider is or was held.

    Messages are put away only while every active provider is held; which are, changes with each
    release and each provider that is switched on.
    """
    concerned = Hold.objects.active() | Hold.objects.unfinished()
    if not concerned.filter(kind=Kind.PROVIDER).exists():
        return
    held = read_held().providers
    for kind in (NotificationType.SMS, NotificationType.EMAIL):
        rows = ProviderDetails.objects.filter(notification_type=kind, active=True)
        usable = rows.exclude(identifier__in=held)
        if usable.exists():
            abroad = kind == NotificationType.EMAIL
            abroad = abroad or usable.filter(supports_international=True).exists()
            yield Share(Kind.PROVIDER, {"notification_type": kind.value, "abroad": abroad})
