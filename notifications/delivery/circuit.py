"""When a provider that fails is left alone, and when it is trusted again. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# A refused message says nothing about a provider; this many failures without a success do.
OPEN_AFTER_FAILURES = 10
CLOSE_AFTER_SUCCESSES = 3
PROBE_AFTER_FAILURE = timedelta(seconds=30)
PROBE_AFTER_SUCCESS = timedelta(seconds=2)
# A probe whose process died is followed by another.
PROBE_LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Circuit:
    """What is known about a provider; open: nothing is sent there but probes.

    Attributes:
        failures: in a row, while closed.
        successes: in a row, while open: with one it is half open.
        opened_at: when it was opened; None: closed.
        probe_at: when the next message may try it.
    """

    failures: int = 0
    successes: int = 0
    opened_at: datetime | None = None
    probe_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the provider is left alone."""
        return self.opened_at is not None

    def is_probe_due(self, now: datetime) -> bool:
        """Say whether a message may try the provider."""
        return self.is_open and self.probe_at is not None and self.probe_at <= now

    def after(self, *, calls: int, failures: int, successes: int, now: datetime) -> "Circuit":
        """Return the circuit after more calls.

        Args:
            calls: how many.
            failures: how many in a row at their end failed.
            successes: how many in a row at their end did not.
            now: when they ended.
        """
        if self.is_open:
            in_a_row = successes + (self.successes if successes == calls else 0)
            if in_a_row >= CLOSE_AFTER_SUCCESSES:
                return Circuit()
            wait = PROBE_AFTER_FAILURE if failures else PROBE_AFTER_SUCCESS
            return replace(self, successes=in_a_row, probe_at=now + wait)
        in_a_row = failures + (self.failures if failures == calls else 0)
        if in_a_row >= OPEN_AFTER_FAILURES:
            return Circuit(in_a_row, 0, now, now + PROBE_AFTER_FAILURE)
        return Circuit(in_a_row)
