"""What calls say about providers: figures for people, and circuits that all workers share."""

import logging
import time
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import DatabaseError, InterfaceError, connection, transaction

from notifications.delivery.calls import Made, Result
from notifications.delivery.circuit import PROBE_LEASE, Circuit
from notifications.models import ProviderDetails, ProviderFigures, ProviderHealth
from notify_project import audit, clock

logger = logging.getLogger(__name__)

SLICE = timedelta(seconds=10)
WRITE_EVERY_SECONDS = 1.0
KEPT = timedelta(days=7)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_ADD = """
INSERT INTO provider_figures AS stored (provider_id, at, calls, errors, unknown, seconds)
SELECT details.id, %(at)s, tally.calls, tally.errors, tally.unknown, tally.seconds
FROM jsonb_to_recordset(%(tallies)s::jsonb) AS tally (
    provider_id uuid, calls int, errors int, unknown int, seconds float
) JOIN provider_details details ON details.id = tally.provider_id
ORDER BY details.id
ON CONFLICT (provider_id, at) DO UPDATE SET
    calls = stored.calls + excluded.calls,
    errors = stored.errors + excluded.errors,
    unknown = stored.unknown + excluded.unknown,
    seconds = stored.seconds + excluded.seconds
"""


@dataclass(slots=True)
class Tally:
    """How calls of one provider went.

    Attributes:
        calls: how many.
        errors: of which surely nothing was sent.
        unknown: of which nobody knows.
        seconds: how long they took together.
        judged: how many say whether the provider works; too many at once does not.
        failures: of those, how many in a row at the end failed.
        successes: of those, how many in a row at the end did not.
    """

    calls: int = 0
    errors: int = 0
    unknown: int = 0
    seconds: float = 0.0
    judged: int = 0
    failures: int = 0
    successes: int = 0

    def add(self, made: Made) -> None:
        """Count one more."""
        self.calls += 1
        self.seconds += made.seconds
        self.errors += made.result in {Result.FAILED, Result.THROTTLED}
        self.unknown += made.result is Result.UNKNOWN
        if made.result is Result.THROTTLED:
            return
        answered = made.result is Result.ANSWERED
        self.judged += 1
        self.failures = 0 if answered else self.failures + 1
        self.successes = self.successes + 1 if answered else 0


class Tallies:
    """Counts in memory, written every second: what a crash loses is a second's figures."""

    def __init__(self) -> None:
        self._by_provider: dict[UUID, Tally] = {}
        self._write_at = time.monotonic() + WRITE_EVERY_SECONDS

    def add(self, made: Made) -> None:
        """Count a call."""
        self._by_provider.setdefault(made.provider_id, Tally()).add(made)

    def write_in_time(self) -> None:
        """Write what was counted, unless that was done within the last second."""
        if time.monotonic() >= self._write_at:
            self.write()

    def write(self) -> None:
        """Write what was counted; figures that cannot be written are not worth a message."""
        counted, self._by_provider = self._by_provider, {}
        self._write_at = time.monotonic() + WRITE_EVERY_SECONDS
        if not counted:
            return
        try:
            with transaction.atomic():
                _add_figures(counted, clock.now())
                _update_circuits(counted, clock.now())
        except (DatabaseError, InterfaceError) as error:
            logger.warning("figures of providers are lost: %s", type(error).__name__)


def circuit_of(row: ProviderDetails) -> Circuit:
    """Return what the row says about its provider; one that was never called is trusted."""
    stored: ProviderHealth | None = getattr(row, "health", None)
    return Circuit() if stored is None else _circuit(stored)


def claim_probe(row: ProviderDetails, now: datetime) -> bool:
    """Say whether the caller, and nobody else, may try a provider that failed."""
    due = ProviderHealth.objects.filter(
        provider_id=row.id, opened_at__isnull=False, probe_at__lte=now
    )
    return due.update(probe_at=now + PROBE_LEASE) == 1


def delete_old_figures(now: datetime) -> int:
    """Delete figures that nobody looks at any more, and return how many there were."""
    return ProviderFigures.objects.filter(at__lt=now - KEPT).delete()[0]


def _add_figures(counted: dict[UUID, Tally], now: datetime) -> None:
    rows = [{"provider_id": str(key), **asdict(tally)} for key, tally in counted.items()]
    at = now - timedelta(seconds=now.timestamp() % SLICE.total_seconds())
    values: dict[str, Any] = {
        "at": at.replace(microsecond=0),
        "tallies": orjson.dumps(rows).decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)


def _update_circuits(counted: dict[UUID, Tally], now: datetime) -> None:
    # Somebody may have deleted a provider since it was called.
    known = ProviderDetails.objects.filter(id__in=counted).values_list("id", flat=True)
    new = [ProviderHealth(provider_id=key) for key in sorted(known)]
    ProviderHealth.objects.bulk_create(new, ignore_conflicts=True)
    rows = ProviderHealth.objects.select_for_update(of=("self",)).select_related("provider")
    for row in rows.filter(provider_id__in=counted).order_by("provider_id"):
        tally, before = counted[row.provider_id], _circuit(row)
        if not tally.judged:
            continue
        after = before.after(
            calls=tally.judged, failures=tally.failures, successes=tally.successes, now=now
        )
        if after != before:
            for name, value in asdict(after).items():
                setattr(row, name, value)
            row.save()
            _tell(row.provider, before, after)


def _tell(provider: ProviderDetails, before: Circuit, after: Circuit) -> None:
    if after.is_open == before.is_open:
        return
    if after.is_open:
        action = "stop using a failing provider"
        reason = f"{after.failures} calls failed in a row"
        logger.error("provider %s is left alone: %s", provider.identifier, reason)
    else:
        action, reason = "use a provider again", "it answers again"
        logger.warning("provider %s is used again", provider.identifier)
    audit.record(action, provider, actor=None, reason=reason)


def _circuit(stored: ProviderHealth) -> Circuit:
    return Circuit(**{field.name: getattr(stored, field.name) for field in fields(Circuit)})
