"""Hand planned batches over, each to the printer that it was planned for."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from notifications.letters.printing import singly, upload
from notifications.letters.printing.batches import Claimed, claim_batch, give_back, give_up
from notifications.letters.printing.printers import NoPrinter, is_active, printer_named
from notifications.providers.base import Printer
from notifications.providers.file_printer import FilePrinter
from notify_project import clock

logger = logging.getLogger(__name__)

# Until when another try makes no sense: somebody must install what is missing.
_AGAIN_AFTER = timedelta(minutes=3)

Way = Callable[[Claimed, Printer[Any], datetime], None]


def _singly(claimed: Claimed, printer: Printer[Any], until: datetime) -> None:
    singly.hand_over(claimed.batch, printer, until=until)


def _as_file(claimed: Claimed, printer: Printer[Any], until: datetime) -> None:
    del until
    assert isinstance(printer, FilePrinter)  # noqa: S101 - printers that take files are
    upload.hand_over(claimed.batch, printer)


# Whether a printer takes files -> how a batch reaches it.
WAYS: Mapping[bool, Way] = {False: _singly, True: _as_file}


class NotHandedOver(Exception):
    """Some batches met a bug; they are tried again, and what it was is in the log."""


def hand_over_batches(*, until: datetime) -> int:
    """Hand over what is due, the oldest batch first, until nothing is or it is late.

    Any number of workers may do so at once. A batch that meets a bug keeps no other waiting.

    Returns:
        How many batches were worked on.

    Raises:
        NotHandedOver: some batches met a bug.
    """
    count = failed = 0
    while (now := clock.now()) < until:
        claimed = claim_batch(now)
        if claimed is None:
            break
        count += 1
        failed += not _is_handed_over(claimed, until)
    if failed:
        raise NotHandedOver(f"{failed} print batches could not be handed over")
    return count


def _is_handed_over(claimed: Claimed, until: datetime) -> bool:
    try:
        printer = printer_named(claimed.batch.provider)
        if not claimed.was_uploading and not is_active(printer.name):
            logger.error(
                "print batch %s is given up, as %s is switched off: the next run takes its letters",
                claimed.batch.id,
                printer.name,
            )
            give_up(claimed.batch)
            return True
        WAYS[printer.takes_files](claimed, printer, until)
    except NoPrinter as error:
        logger.error("print batch %s waits: %s", claimed.batch.id, error)  # noqa: TRY400 - says it all
        give_back(claimed.batch, at=clock.now() + _AGAIN_AFTER)
    except Exception:
        # Its lease is left to end: nobody knows how far it came.
        logger.exception("print batch %s could not be handed over", claimed.batch.id)
        return False
    return True
