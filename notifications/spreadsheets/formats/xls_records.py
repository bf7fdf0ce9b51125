"""Read the records that old Excel workbooks consist of. Source: [MS-XLS], BIFF8."""

import struct
from collections.abc import Iterator
from enum import IntEnum

from notifications.spreadsheets.refusals import UNREADABLE, FileRefused


class Record(IntEnum):
    """Kinds of record, by the names of their documentation."""

    FORMULA = 0x0006
    EOF = 0x000A
    DATE_MODE = 0x0022
    FILE_PASS = 0x002F
    CONTINUE = 0x003C
    COL_INFO = 0x007D
    BOUND_SHEET = 0x0085
    MUL_RK = 0x00BD
    RSTRING = 0x00D6
    XF = 0x00E0
    MERGE_CELLS = 0x00E5
    SST = 0x00FC
    LABEL_SST = 0x00FD
    NUMBER = 0x0203
    LABEL = 0x0204
    BOOL_ERR = 0x0205
    STRING = 0x0207
    ROW = 0x0208
    RK = 0x027E
    FORMAT = 0x041E
    BOF = 0x0809


_BIFF8 = 0x0600
_WIDE, _PHONETIC, _RICH = 0x1, 0x4, 0x8
_RK_CENTS, _RK_WHOLE = 0x1, 0x2
# Source: [MS-XLS] 2.5.10.
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def records(stream: bytes, start: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """Yield kind and data of each record of one part of a workbook; what it embeds is left out.

    Data that is too long for one record continues in others: it comes in as many pieces.

    Raises:
        FileRefused: the part is cut off, or of another version.
    """
    pending: tuple[int, list[bytes]] | None = None
    for depth, kind, data in _flat_records(stream, start):
        if depth > 1:
            continue
        if kind != Record.CONTINUE:
            if pending:
                yield pending
            pending = (kind, [data])
        elif pending:
            pending[1].append(data)
    if pending:
        yield pending


def _flat_records(stream: bytes, position: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield how deep each record is embedded, its kind and its data."""
    depth = 0
    while True:
        kind, length = struct.unpack_from("<HH", stream, position)
        position += 4
        data = stream[position : position + length]
        position += length
        if kind == Record.BOF:
            depth += 1
            if struct.unpack_from("<H", data) != (_BIFF8,):
                raise FileRefused(UNREADABLE)
        elif not depth or kind == Record.FILE_PASS:
            raise FileRefused(UNREADABLE)
        yield depth, kind, data
        if kind == Record.EOF:
            depth -= 1
            if not depth:
                return


class Texts:
    """Takes texts out of the pieces of a record, one after the other."""

    def __init__(self, pieces: list[bytes], skip: int) -> None:
        self._pieces = pieces
        self._index, self._at = 0, skip

    def next(self, length_bytes: int = 2) -> str:
        """Return the next text.

        Raises:
            struct.error: the record ends before.
            IndexError: likewise.
        """
        length = int.from_bytes(self._take(length_bytes), "little")
        flags = self._take(1)[0]
        runs = int.from_bytes(self._take(2), "little") if flags & _RICH else 0
        phonetic = int.from_bytes(self._take(4), "little") if flags & _PHONETIC else 0
        text = self._characters(length, wide=bool(flags & _WIDE))
        self._pass_over(4 * runs + phonetic)
        return text

    def _characters(self, count: int, *, wide: bool) -> str:
        """Each piece says anew how wide its characters are."""
        found = []
        while True:
            width = 2 if wide else 1
            piece = self._pieces[self._index]
            part = piece[self._at : self._at + count * width]
            part = part[: len(part) // width * width]
            found.append(part if wide else part.decode("latin-1").encode("utf-16-le"))
            self._at += len(part)
            count -= len(part) // width
            if not count:
                return b"".join(found).decode("utf-16-le", errors="replace")
            self._index, self._at = self._index + 1, 1
            wide = bool(self._pieces[self._index][0] & _WIDE)

    def _take(self, count: int) -> bytes:
        if self._at >= len(self._pieces[self._index]):
            self._index, self._at = self._index + 1, 0
        self._at += count
        taken = self._pieces[self._index][self._at - count : self._at]
        if len(taken) < count:
            raise IndexError(count)
        return taken

    def _pass_over(self, count: int) -> None:
        while count > (left := len(self._pieces[self._index]) - self._at):
            count -= left
            self._index, self._at = self._index + 1, 0
        self._at += count


def rk_value(number: int) -> float:
    """Return a number that is packed into 32 bits. Source: [MS-XLS] 2.5.217."""
    if number & _RK_WHOLE:
        value = float(number >> 2 if number < 1 << 31 else (number >> 2) - (1 << 30))
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (number & ~0x3) << 32))
    return value / 100 if number & _RK_CENTS else value


def bool_or_error(value: int, *, is_error: bool) -> str:
    """Return what a cell shows that is true, false or in error."""
    return _ERRORS.get(value, "") if is_error else str(bool(value))
