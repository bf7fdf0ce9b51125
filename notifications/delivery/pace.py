"""How many calls of one provider may be under way at once in this process."""

import logging
import threading
from collections import Counter
from functools import cache

from django.conf import settings

logger = logging.getLogger(__name__)

# Of the time-out: who takes longer keeps threads from the messages of others.
SLOW = 0.8
# A single call may take long for reasons of its own.
SLOW_IN_A_ROW = 3


class Pace:
    """Leaves half of the threads to others while a provider hangs or is slow."""

    def __init__(self, threads: int) -> None:
        self.limit = max(threads // 2, 1)
        self._under_way: Counter[str] = Counter()
        self._slow_in_a_row: Counter[str] = Counter()
        self._lock = threading.Lock()

    def begin(self, identifier: str) -> bool:
        """Count a call that begins; false if it must not."""
        with self._lock:
            is_slow = self._slow_in_a_row[identifier] >= SLOW_IN_A_ROW
            if is_slow and self._under_way[identifier] >= self.limit:
                return False
            self._under_way[identifier] += 1
            return True

    def end(self, identifier: str, seconds: float) -> None:
        """Count a call that has ended, and remember whether it took long."""
        is_slow = seconds >= SLOW * settings.PROVIDER_TIMEOUT_SECONDS
        with self._lock:
            self._under_way[identifier] -= 1
            in_a_row = self._slow_in_a_row[identifier] + 1 if is_slow else 0
            self._slow_in_a_row[identifier] = in_a_row
        if in_a_row == SLOW_IN_A_ROW:
            logger.warning(
                "provider %s is slow: at most %s calls of it at once", identifier, self.limit
            )


@cache
def pace() -> Pace:
    """Return what the threads of this process share."""
    return Pace(settings.DELIVERY_THREADS)
