"""Which provider sends a message."""

import logging
import random
import threading
import time

from notifications.delivery import circuit
from notifications.delivery.health import circuit_of, claim_probe
from notifications.lifecycle.held import memory
from notifications.models import ProviderDetails
from notify_project import clock
from notify_project.constants import NotificationType

logger = logging.getLogger(__name__)

# Short enough for a provider that fails to be left soon by all processes.
REMEMBERED_SECONDS = 2.0


class NoProvider(Exception):
    """None is switched on; one may be later."""


class EveryProviderHeld(Exception):
    """Those that are switched on are held; one of them will be let go."""


class Router:
    """Chooses by weight among active providers that answer, and not the one that just failed."""

    def __init__(self) -> None:
        self._rows: list[ProviderDetails] = []
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def choose(
        self,
        notification_type: str,
        *,
        international: bool = False,
        failed: str | None = None,
        may_probe: bool = False,
    ) -> ProviderDetails:
        """Return the provider for the next attempt.

        Args:
            notification_type: the channel.
            international: a text to another country.
            failed: the provider of an attempt that failed, passed over where there is another.
            may_probe: the message will be sent; it may find out whether a provider works again.

        Raises:
            NoProvider: none is active.
            EveryProviderHeld: all that are active are held.
        """
        abroad = notification_type == NotificationType.SMS and international
        active = [
            row
            for row in self._active()
            if row.notification_type == notification_type
            and (row.supports_international or not abroad)
        ]
        if not active:
            logger.error("no provider of %s is active", notification_type)
            raise NoProvider(notification_type)
        held = memory.refresh().providers
        candidates = [row for row in active if row.identifier not in held]
        if not candidates:
            raise EveryProviderHeld(notification_type)
        others = [row for row in candidates if row.identifier != failed]
        probed = self._probe(others) if may_probe and len(candidates) > 1 else None
        if probed is not None:
            return probed
        answering = [row for row in others if not circuit_of(row).is_open]
        # Where none answers, what is sent is the best probe.
        return _by_weight(
            answering
            or [row for row in candidates if not circuit_of(row).is_open]
            or others
            or candidates
        )

    def _probe(self, rows: list[ProviderDetails]) -> ProviderDetails | None:
        """Take the turn of trying a provider that failed, if it has come and nobody else has it."""
        now = clock.now()
        for row in rows:
            if circuit_of(row).is_probe_due(now):
                # Taken or not, this process asks no more until it has read the row again.
                row.health.probe_at = now + circuit.PROBE_LEASE
                if claim_probe(row, now):
                    return row
        return None

    def _active(self) -> list[ProviderDetails]:
        with self._lock:
            if time.monotonic() - self._read_at > REMEMBERED_SECONDS:
                rows = ProviderDetails.objects.filter(active=True).select_related("health")
                self._rows = list(rows.order_by("id"))
                self._read_at = time.monotonic()
            return self._rows


def _by_weight(rows: list[ProviderDetails]) -> ProviderDetails:
    weights = [row.priority for row in rows]
    if not any(weights):
        return random.choice(rows)  # noqa: S311 - only spreads load
    return random.choices(rows, weights)[0]  # noqa: S311 - only spreads load
