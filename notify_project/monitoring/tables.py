"""What the tables say about now; every question is answered by an index."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from notifications.delivery.claim import never_started_count
from notifications.letters.printing.printers import is_held
from notifications.letters.printing.ready import OPEN
from notifications.lifecycle.held import read_held
from notifications.models import (
    CallbackDelivery,
    LetterPrintBatch,
    Notification,
    ProviderDetails,
)
from notifications.statuses import Status
from notifications.support.holding import age_of_oldest
from notify_project.constants import LANES, NotificationType
from notify_project.models import PeriodicRun
from notify_project.monitoring import gauges
from notify_project.monitoring.gauges import Reading
from notify_project.schedule.plan import PERIODIC_TASKS
from notify_project.schedule.slots import PeriodicTask
from templates_app.changes.due import due_changes

LATE = timedelta(minutes=5)
RECENTLY = timedelta(minutes=10)
LETTER_STATUSES = (
    Status.CREATED,
    Status.PENDING_VIRUS_CHECK,
    Status.SENDING,
    Status.TECHNICAL_FAILURE,
)
# A refusal is the provider's answer at once, and no receipt.
_SETTLED = ~Q(status=Status.SENDING) & Q(failure_reason=None)


def readings(now: datetime) -> list[Reading]:
    """Measure everything that is in PostgreSQL.

    Raises:
        django.db.Error: it did not answer.
    """
    return [
        *_lanes(now),
        *_holds(now),
        Reading(gauges.NEVER_STARTED, never_started_count(now)),
        *_outbox(now),
        *_letters(now),
        *_print_batches(now),
        *_providers(now),
        *_periodic(now),
        Reading(gauges.TEMPLATE_CHANGES_LATE, due_changes(now - LATE).count()),
    ]


def _lanes(now: datetime) -> Iterator[Reading]:
    rows = Notification.objects.due(now).values("lane").annotate(n=Count("*"), oldest=Min("due_at"))
    by_lane = {row["lane"]: (row["n"], row["oldest"]) for row in rows}
    held = read_held().lanes
    for lane in LANES:
        n, oldest = by_lane.get(lane.value, (0, None))
        yield Reading(gauges.LANE_WAITING, n, (lane.value,))
        seconds = 0.0 if lane in held else _seconds(oldest, now)
        yield Reading(gauges.LANE_OLDEST, seconds, (lane.value,))


def _holds(now: datetime) -> Iterator[Reading]:
    for kind, (n, seconds) in age_of_oldest(now).items():
        yield Reading(gauges.HOLDS, n, (kind,))
        yield Reading(gauges.HOLDS_OLDEST, seconds, (kind,))


def _outbox(now: datetime) -> Iterator[Reading]:
    waiting = CallbackDelivery.objects.filter(state=CallbackDelivery.State.WAITING)
    found = waiting.aggregate(n=Count("*"), oldest=Min("created_at"))
    yield Reading(gauges.OUTBOX_WAITING, found["n"])
    yield Reading(gauges.OUTBOX_OLDEST, _seconds(found["oldest"], now))


def _letters(now: datetime) -> Iterator[Reading]:
    rows = (
        Notification.objects.filter(
            notification_type=NotificationType.LETTER, status__in=LETTER_STATUSES, is_real=True
        )
        .values("status")
        .annotate(n=Count("*"), oldest=Min("created_at", filter=~_held_letters()))
    )
    by_status = {row["status"]: (row["n"], row["oldest"]) for row in rows}
    for status in LETTER_STATUSES:
        n, oldest = by_status.get(status, (0, None))
        yield Reading(gauges.LETTERS, n, (status.value,))
        yield Reading(gauges.LETTERS_OLDEST, _seconds(oldest, now), (status.value,))


def _held_letters() -> Q:
    """Return which letters wait because somebody wants them to."""
    if is_held():
        return Q(status=Status.CREATED)
    held = read_held()
    of_held = Q(service_id__in=held.services) | Q(template_id__in=held.templates)
    return Q(status=Status.CREATED) & of_held


def _print_batches(now: datetime) -> Iterator[Reading]:
    rows = LetterPrintBatch.objects.filter(state__in=OPEN).values("state")
    waits = Q(provider__in=read_held().providers) & ~Q(state=LetterPrintBatch.State.UNCLEAR)
    found = rows.annotate(n=Count("*"), oldest=Min("created_at", filter=~waits))
    by_state = {row["state"]: (row["n"], row["oldest"]) for row in found}
    for state in OPEN:
        n, oldest = by_state.get(state, (0, None))
        yield Reading(gauges.PRINT_BATCHES, n, (state.value,))
        yield Reading(gauges.PRINT_BATCHES_OLDEST, _seconds(oldest, now), (state.value,))


def _providers(now: datetime) -> Iterator[Reading]:
    # A printer has days for its receipts.
    with_receipts = ProviderDetails.objects.filter(gives_receipts=True)
    prompt = with_receipts.exclude(notification_type=NotificationType.LETTER)
    names = prompt.values_list("identifier", flat=True)
    rows = (
        Notification.objects.filter(
            created_at__gt=now - RECENTLY, is_real=True, sent_by__isnull=False
        )
        .values("sent_by")
        .annotate(n=Count("*"), settled=Count("id", filter=_SETTLED))
    )
    by_name = {row["sent_by"]: (row["n"], row["settled"]) for row in rows}
    for name in sorted(set(names)):
        n, settled = by_name.get(name, (0, 0))
        yield Reading(gauges.PROVIDER_UNANSWERED, 0 if settled else n, (name,))


def _periodic(now: datetime) -> Iterator[Reading]:
    for task in PERIODIC_TASKS.values():
        yield Reading(gauges.PERIODIC_LATE, _seconds(_first_unfinished(task), now), (task.name,))


def _first_unfinished(task: PeriodicTask) -> datetime | None:
    """Return the first slot after the newest that is done; a task begins with its first slot."""
    slots = PeriodicRun.objects.filter(task=task.name)
    done = slots.filter(state=PeriodicRun.State.DONE).order_by("-slot").first()
    if done is not None:
        return task.slot_after(done.slot)
    first = slots.order_by("slot").first()
    return None if first is None else first.slot


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
