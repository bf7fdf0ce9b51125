"""Write outcomes: a worker alone knows them, so those that cannot be written now are kept."""

import logging
import time
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connection, transaction

from notifications import lifecycle
from notifications.callbacks.outbox import Moved
from notifications.lifecycle import Outcome
from notify_project import clock
from notify_project.database import is_away, may_pass, reconnect

logger = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 0.5
# What waits must not hold up what could be written.
LOCK_MS = 100

# What a row, the server or the driver may have against an outcome.
_TROUBLE = (DatabaseError, InterfaceError, TypeError, ValueError)


class NotRecorded(Exception):
    """Outcomes are not written: their messages are sent again once their leases have ended."""


@dataclass
class Recorder:
    """Writes the outcomes of one run.

    A database that is away, or a lock that somebody holds, is waited for. An outcome that can
    never be written does not take others with it.

    Attributes:
        waiting: outcomes that could not be written yet.
        lost: how many never will be.
    """

    waiting: list[Outcome] = field(default_factory=list)
    lost: int = 0
    _again_at: float = 0.0

    def write(self, outcomes: list[Outcome]) -> list[Moved]:
        """Write outcomes, and in time those that wait; return what moved."""
        moved = self._write(outcomes)
        if self.waiting and time.monotonic() >= self._again_at:
            waiting, self.waiting = self.waiting, []
            moved += self._write(waiting, lock_ms=LOCK_MS)
        return moved

    def require_all_written(self, *, under_way: int) -> None:
        """Check at the end that nothing is left.

        Args:
            under_way: calls whose outcome nobody will see.

        Raises:
            NotRecorded: something is, or could not be written at all.
        """
        if count := self.lost + len(self.waiting) + under_way:
            raise NotRecorded(f"{count} outcomes are not written")

    def _write(self, outcomes: list[Outcome], *, lock_ms: int | None = None) -> list[Moved]:
        if not outcomes:
            return []
        try:
            return _record(outcomes, lock_ms)
        except _TROUBLE as error:
            if is_away(error):
                reconnect()
                self._keep(outcomes, error)
            elif len(outcomes) > 1:
                alone = [self._write([outcome], lock_ms=LOCK_MS) for outcome in outcomes]
                return [moved for each in alone for moved in each]
            elif may_pass(error):
                self._keep(outcomes, error)
            else:
                self._lose(outcomes[0], error)
        return []

    def _keep(self, outcomes: list[Outcome], error: Exception) -> None:
        logger.warning("%s outcomes wait: %s", len(outcomes), type(error).__name__)
        self.waiting += outcomes
        self._again_at = time.monotonic() + TRY_AGAIN_SECONDS

    def _lose(self, outcome: Outcome, error: Exception) -> None:
        self.lost += 1
        # Not the error's text, which may show the row.
        logger.error(
            "the outcome of notification %s cannot be written: %s %s",
            outcome.id,
            type(error).__name__,
            getattr(error.__cause__, "pgcode", None),
        )


def _record(outcomes: list[Outcome], lock_ms: int | None) -> list[Moved]:
    if lock_ms is None:
        return lifecycle.record_outcomes(outcomes, now=clock.now())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, TRUE)", [f"{lock_ms}ms"])
        return lifecycle.record_outcomes(outcomes, now=clock.now())
