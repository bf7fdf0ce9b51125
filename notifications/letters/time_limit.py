"""Stop what keeps a processor busy for too long."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


class TookTooLong(Exception):
    """The time of the processor is used up."""


@contextmanager
def processor_seconds(seconds: float) -> Iterator[None]:
    """Let a block have so much of a processor, however busy the machine is.

    In the main thread alone, as signals are; a call into a library is stopped when it returns.

    Raises:
        TookTooLong: in the middle of the block.
    """
    # What the block catches by mistake comes again.
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(_signal: int, _frame: object) -> NoReturn:
    raise TookTooLong
