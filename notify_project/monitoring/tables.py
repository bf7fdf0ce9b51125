"""What the tables say about now; every question is answered by an index."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from notifications.delivery.claim import never_started_count
from notifications.letters.printing.printers import all_are_held
from notifications.letters.printing.ready import OPEN
from notifications.lifecycle.held import Held, read_held
from notifications.models import (
    CallbackDelivery,
    LetterPrintBatch,
    Notification,
    ProviderDetails,
)
from notifications.statuses import Status
from notifications.support.holding import age_of_oldest
from notify_project.constants import LANES, NotificationType
from notify_project.monitoring import gauges
from notify_project.monitoring.gauges import Reading
from notify_project.monitoring.periodic import late, newest_runs
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
    held = read_held()
    return [
        *lanes(now, held),
        *_holds(now),
        *never_started(now),
        *outbox(now),
        *letters(now, held),
        *print_batches(now, held),
        *_providers(now),
        *_periodic(now),
        *template_changes(now),
    ]


def lanes(now: datetime, held: Held) -> Iterator[Reading]:
    """Show how much could be sent now in each lane, and since when."""
    rows = Notification.objects.due(now).values("lane").annotate(n=Count("*"), oldest=Min("due_at"))
    by_lane = {row["lane"]: (row["n"], row["oldest"]) for row in rows}
    for lane in LANES:
        n, oldest = by_lane.get(lane.value, (0, None))
        yield Reading(gauges.LANE_WAITING, n, (lane.value,))
        seconds = 0.0 if lane in held.lanes else _seconds(oldest, now)
        yield Reading(gauges.LANE_OLDEST, seconds, (lane.value,))


def _holds(now: datetime) -> Iterator[Reading]:
    for kind, (n, seconds) in age_of_oldest(now).items():
        yield Reading(gauges.HOLDS, n, (kind,))
        yield Reading(gauges.HOLDS_OLDEST, seconds, (kind,))


def never_started(now: datetime) -> Iterator[Reading]:
    """Show how many messages no worker took in time."""
    yield Reading(gauges.NEVER_STARTED, never_started_count(now))


def template_changes(now: datetime) -> Iterator[Reading]:
    """Show how many changes of templates should have been published."""
    yield Reading(gauges.TEMPLATE_CHANGES_LATE, due_changes(now - LATE).count())


def outbox(now: datetime) -> Iterator[Reading]:
    """Show how much services must still be told, and since when."""
    waiting = CallbackDelivery.objects.filter(state=CallbackDelivery.State.WAITING)
    found = waiting.aggregate(n=Count("*"), oldest=Min("created_at"))
    yield Reading(gauges.OUTBOX_WAITING, found["n"])
    yield Reading(gauges.OUTBOX_OLDEST, _seconds(found["oldest"], now))


def letters(now: datetime, held: Held) -> Iterator[Reading]:
    """Show the letters that have no outcome, or failed here."""
    rows = (
        Notification.objects.filter(
            notification_type=NotificationType.LETTER, status__in=LETTER_STATUSES, is_real=True
        )
        .values("status")
        .annotate(n=Count("*"), oldest=Min("created_at", filter=~_held_letters(held)))
    )
    by_status = {row["status"]: (row["n"], row["oldest"]) for row in rows}
    for status in LETTER_STATUSES:
        n, oldest = by_status.get(status, (0, None))
        yield Reading(gauges.LETTERS, n, (status.value,))
        yield Reading(gauges.LETTERS_OLDEST, _seconds(oldest, now), (status.value,))


def _held_letters(held: Held) -> Q:
    """Return which letters wait because somebody wants them to."""
    of_held = Q(service_id__in=held.services) | Q(template_id__in=held.templates)
    return Q(status=Status.CREATED) & (of_held | all_are_held(held))


def print_batches(now: datetime, held: Held) -> Iterator[Reading]:
    """Show what the printer does not have yet."""
    rows = LetterPrintBatch.objects.filter(state__in=OPEN).values("state")
    waits = Q(provider__in=held.providers) & ~Q(state=LetterPrintBatch.State.UNCLEAR)
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
    return unanswered(sorted(set(names)), answers_of_providers(now))


def unanswered(names: Iterable[str], answers: Mapping[str, tuple[int, int]]) -> Iterator[Reading]:
    """Show how much each provider took of whose fate it has said nothing at all."""
    for name in names:
        n, settled = answers.get(name, (0, 0))
        yield Reading(gauges.PROVIDER_UNANSWERED, 0 if settled else n, (name,))


def answers_of_providers(now: datetime) -> dict[str, tuple[int, int]]:
    """Return how many messages each provider took lately, and how many it answered for."""
    rows = (
        Notification.objects.filter(
            created_at__gt=now - RECENTLY, is_real=True, sent_by__isnull=False
        )
        .values("sent_by")
        .annotate(n=Count("*"), settled=Count("id", filter=_SETTLED))
    )
    return {str(row["sent_by"]): (row["n"], row["settled"]) for row in rows}


def _periodic(now: datetime) -> Iterator[Reading]:
    return late(newest_runs(), now)


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
