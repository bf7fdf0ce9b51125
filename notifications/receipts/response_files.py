"""Files in which a printer says what has become of letters, one a line.

Source: the life of a letter, response files: ``reference|status|sheets|threshold``.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from notifications import lifecycle
from notifications.models import DailySortedLetter, Notification, NotificationHistory
from notifications.statuses import Status, sources_of
from notify_project.clock import london_day
from notify_project.constants import NotificationType

logger = logging.getLogger(__name__)

# The instant is in UTC; of the seconds there may be 60.
_NAME = re.compile(r"NOTIFY[-.](\d{12})\d\d[-.]RSP?\.TXT", re.IGNORECASE)
_LINE = re.compile(r"\s*([0-9A-Z]{16})\s*\|\s*(\S[^|]*?)\s*\|\s*\d+\s*\|\s*([^|]*?)\s*")
_SENT: Final = "sent"
_SORTED, _UNSORTED = "sorted", "unsorted"
AT_A_TIME: Final = 500


class NotAResponseFile(Exception):
    """A file has another name than the printer gives its responses."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a file says of one letter."""

    reference: str
    is_sent: bool
    threshold: str


@dataclass(slots=True)
class Applied:
    """What came of a file.

    Attributes:
        lines: how many are not empty.
        delivered: letters that became delivered by it.
        failed: letters that became failures by it.
        repeated: how many lines say what was known.
        unknown: references of no letter.
        malformed: numbers of the lines that cannot be read, from 1.
        not_sent: references of which the printer says that they were not sent.
        counts: sorted and unsorted letters; None if the file says so in a word that is unknown.
    """

    lines: int = 0
    delivered: int = 0
    failed: int = 0
    repeated: int = 0
    unknown: list[str] = field(default_factory=list)
    malformed: list[int] = field(default_factory=list)
    not_sent: list[str] = field(default_factory=list)
    counts: tuple[int, int] | None = None


def is_response_file(name: str) -> bool:
    """Say whether a file is called as the printer calls its responses."""
    return _NAME.fullmatch(name) is not None


def billing_day(name: str) -> date:
    """Return the London day of the instant in a file's name.

    Raises:
        NotAResponseFile: there is none.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise NotAResponseFile("the name is not NOTIFY-<YYYYMMDDHHMMSS>-RSP.TXT")
    try:
        written = datetime.strptime(match[1], "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError as error:
        raise NotAResponseFile("the name holds no instant") from error
    return london_day(written)


def apply_file(name: str, content: bytes, *, printer_name: str, now: datetime) -> Applied:
    """Record what a file says of letters; one that comes again changes nothing more.

    Args:
        name: of the file.
        content: as it came.
        printer_name: who says so.
        now: when it was read.

    Raises:
        NotAResponseFile: it is called otherwise; nothing was changed.
    """
    day = billing_day(name)
    applied = Applied()
    lines = list(_read(content.decode("ascii", errors="replace"), applied))
    for to in (Status.DELIVERED, Status.PERMANENT_FAILURE):
        is_sent = to == Status.DELIVERED
        told = list(dict.fromkeys(each.reference for each in lines if each.is_sent == is_sent))
        for begin in range(0, len(told), AT_A_TIME):
            some = told[begin : begin + AT_A_TIME]
            _move(some, to, applied, printer_name=printer_name, now=now)
    applied.not_sent = [line.reference for line in lines if not line.is_sent]
    _count(name, day, lines, applied, now=now)
    _log(name, applied)
    return applied


def _read(text: str, applied: Applied) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        applied.lines += 1
        if match := _LINE.fullmatch(line):
            yield Line(match[1], match[2].lower() == _SENT, match[3].lower())
        else:
            applied.malformed.append(number)


def _move(
    references: Sequence[str],
    to: Status,
    applied: Applied,
    *,
    printer_name: str,
    now: datetime,
) -> None:
    rows = Notification.objects.filter(
        notification_type=NotificationType.LETTER, is_real=True, reference__in=references
    )
    live = {row.reference: row for row in rows.only("id", "reference", "status")}
    gone = NotificationHistory.objects.filter(
        notification_type=NotificationType.LETTER,
        reference__in=[each for each in references if each not in live],
    )
    deleted = dict(gone.values_list("reference", "id"))
    movable = [row for row in live.values() if row.status in sources_of(to, letter=True)]
    moved = _move_live(movable, to, printer_name=printer_name, now=now)
    # A row may be deleted in this moment: then its history is moved.
    left = [row.id for row in movable if row.id not in moved]
    count = len(moved) + lifecycle.move_deleted_letters([*left, *deleted.values()], to, now=now)
    if to == Status.DELIVERED:
        applied.delivered += count
    else:
        applied.failed += count
    applied.repeated += len(live) + len(deleted) - count
    applied.unknown += [each for each in references if each not in live and each not in deleted]


def _move_live(
    rows: Sequence[Notification], to: Status, *, printer_name: str, now: datetime
) -> set[UUID]:
    on_their_way = [row.id for row in rows if row.status != Status.CREATED]
    moved = lifecycle.move_many(on_their_way, to, now=now)
    for row in rows:
        # The printer has it, whatever we know of its hand-over.
        if row.status == Status.CREATED and lifecycle.move(
            row.id, to, now=now, sent_by=printer_name, sent_at=now
        ):
            moved.add(row.id)
    return moved


def _count(name: str, day: date, lines: Sequence[Line], applied: Applied, *, now: datetime) -> None:
    """Store how many were posted sorted; a file that comes again replaces what it said before."""
    words = [line.threshold for line in lines]
    if set(words) - {_SORTED, _UNSORTED}:
        logger.error("file %s of the printer has a threshold that is unknown", name)
        return
    applied.counts = words.count(_SORTED), words.count(_UNSORTED)
    DailySortedLetter.objects.update_or_create(
        billing_day=day,
        file_name=name,
        defaults={
            "sorted_count": applied.counts[0],
            "unsorted_count": applied.counts[1],
            "updated_at": now,
        },
    )


def _log(name: str, applied: Applied) -> None:
    """Say what a person should know, once all lines are done."""
    logger.info(
        "file %s of the printer: %s lines, %s delivered, %s failed, %s known before",
        name,
        applied.lines,
        applied.delivered,
        applied.failed,
        applied.repeated,
    )
    if applied.not_sent:
        logger.error("file %s: letters not sent: %s", name, ", ".join(applied.not_sent))
    if applied.unknown:
        logger.error("file %s: no such letters: %s", name, ", ".join(applied.unknown))
    if applied.malformed:
        logger.error("file %s: lines that cannot be read: %s", name, applied.malformed)
