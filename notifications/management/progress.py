"""Say how far a command has come, to whoever waits for it."""

import time
from collections.abc import Callable

EVERY_SECONDS = 2.0


class Progress:
    """Writes what it is told, at most every two seconds, and nothing of what is quick."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._next = time.monotonic() + EVERY_SECONDS

    def __call__(self, text: str) -> None:
        """Write a line if it is time for one."""
        now = time.monotonic()
        if now >= self._next:
            self._write(text)
            self._next = now + EVERY_SECONDS
