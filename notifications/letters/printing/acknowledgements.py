"""Files in which a printer names the files that it has got, and what is said if it does not.

Source: the life of a letter, zip over SFTP: one line for each, ``name|...``.
"""

import logging
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from notifications.letters.printing import file_states
from notifications.models import LetterPrintBatch
from notify_project.clock import london_day

logger = logging.getLogger(__name__)

# Every night until then.
NAMED_FOR: Final = timedelta(days=7)
_NAME = re.compile(r"NOTIFY[-.]\d{8}(?:\d{6})?[-.]ACK\.TXT", re.IGNORECASE)
State = LetterPrintBatch.State


@dataclass(slots=True)
class Acknowledged:
    """What came of a file: how many batches it acknowledged, how many again, and other names."""

    batches: int = 0
    repeated: int = 0
    unknown: list[str] = field(default_factory=list)


def is_acknowledgement(name: str) -> bool:
    """Say whether a file is called as the printer calls its acknowledgements."""
    return _NAME.fullmatch(name) is not None


def acknowledge_file(name: str, content: bytes, *, now: datetime) -> Acknowledged:
    """Record which files the printer has got; safe to repeat.

    One of which that was not clear is with the printer, and so are its letters.
    """
    found = Acknowledged()
    text = content.decode("ascii", errors="replace")
    names = [line.partition("|")[0].strip() for line in text.splitlines()]
    for each in dict.fromkeys(filter(None, names)):
        _acknowledge(each, found, now)
    logger.info("file %s of the printer: %s files acknowledged", name, found.batches)
    if found.unknown:
        logger.error("file %s acknowledges %s files not ours", name, len(found.unknown))
    return found


def _acknowledge(file_name: str, found: Acknowledged, now: datetime) -> None:
    # The database takes no such characters, and none of our names has one.
    is_name = file_name.isprintable()
    batch = LetterPrintBatch.objects.filter(file_name=file_name).first() if is_name else None
    if batch is None:
        found.unknown.append(file_name)
        return
    if batch.state == State.UNCLEAR or batch.offered_attempt is not None:
        file_states.finish(batch, now)
    known = LetterPrintBatch.objects.filter(id=batch.id, state=State.UPLOADED)
    if known.update(state=State.ACKNOWLEDGED, acknowledged_at=now):
        found.batches += 1
    elif batch.state == State.ACKNOWLEDGED:
        found.repeated += 1
    else:
        logger.error("print batch %s is acknowledged, and was never handed over", batch.id)


def alert_on_missing(now: datetime) -> list[str]:
    """Log which files the printer has not acknowledged, and return their names."""
    waiting = LetterPrintBatch.objects.filter(
        state=State.UPLOADED,
        file_name__isnull=False,
        print_day__gte=london_day(now - NAMED_FOR),
    )
    names = [str(name) for name in waiting.order_by("id").values_list("file_name", flat=True)]
    if names:
        logger.error("the printer has not acknowledged: %s", ", ".join(names))
    return names
