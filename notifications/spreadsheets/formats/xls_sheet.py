"""Read one sheet of an old Excel workbook, cell by cell."""

import struct
from collections.abc import Callable, Iterator
from typing import Protocol

from notifications.spreadsheets.formats.grid import MergedRange, Merges, SheetRow
from notifications.spreadsheets.formats.xls_records import (
    Record,
    Texts,
    bool_or_error,
    rk_value,
)

_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x1
_MAX_COLUMNS = 256
# Where the result of a formula is not a number, its last two bytes are these.
_NO_NUMBER = b"\xff\xff"
_TEXT, _BOOLEAN, _ERROR = 0, 1, 2

Records = Callable[[], Iterator[tuple[int, list[bytes]]]]


class Workbook(Protocol):
    """What a sheet asks of its workbook."""

    def number(self, value: float, style: int) -> str:
        """Return a number as its style makes it appear."""

    def text(self, index: int) -> str:
        """Return one of the texts that sheets share."""


class Sheet:
    """The cells of a sheet; what hides and merges them is read first."""

    def __init__(self, records: Records, workbook: Workbook) -> None:
        self.hidden_columns: set[int] = set()
        self.merges = Merges()
        self._hidden_rows: set[int] = set()
        self._records, self._workbook = records, workbook
        for kind, [data, *_] in records():
            self._read_layout(kind, data)

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows that hold something, and the hidden ones."""
        blank = sorted(self._hidden_rows, reverse=True)
        current = SheetRow(-1, [])
        for number, column, text in self._cells():
            if number != current.number:
                yield from self._completed(current, blank)
                while blank and blank[-1] < number:
                    yield SheetRow(blank.pop(), [], hidden=True)
                current = SheetRow(number, [], number in self._hidden_rows)
            current.cells.extend([""] * (column - len(current.cells)))
            current.cells[column : column + 1] = [text]
        yield from self._completed(current, blank)
        yield from (SheetRow(number, [], hidden=True) for number in reversed(blank))

    def _completed(self, row: SheetRow, blank: list[int]) -> Iterator[SheetRow]:
        if row.hidden and blank and blank[-1] == row.number:
            blank.pop()
        if row.cells:
            yield row

    def _read_layout(self, kind: int, data: bytes) -> None:
        if kind == Record.ROW and data[12] & _HIDDEN_ROW:
            (row,) = struct.unpack_from("<H", data)
            self._hidden_rows.add(row)
        elif kind == Record.COL_INFO:
            first, last, _, _, flags = struct.unpack_from("<5H", data)
            if flags & _HIDDEN_COLUMN:
                self.hidden_columns.update(range(first, min(last + 1, _MAX_COLUMNS)))
        elif kind == Record.MERGE_CELLS:
            (count,) = struct.unpack_from("<H", data)
            for index in range(count):
                top, bottom, left, right = struct.unpack_from("<4H", data, 2 + 8 * index)
                self.merges.add(MergedRange(top, left, bottom, right))

    def _cells(self) -> Iterator[tuple[int, int, str]]:
        """Yield row, column and text of every cell with a value."""
        # The text that a formula results in comes in a record of its own, after the formula's.
        place_of_formula: tuple[int, int] | None = None
        for kind, pieces in self._records():
            data = pieces[0]
            if kind == Record.STRING and place_of_formula:
                yield *place_of_formula, Texts(pieces, skip=0).next()
            elif kind == Record.MUL_RK:
                yield from self._packed(data)
            elif kind in _ONE_CELL:
                row, column, style = struct.unpack_from("<3H", data)
                if kind == Record.FORMULA and data[12:14] == _NO_NUMBER and data[6] == _TEXT:
                    place_of_formula = (row, column)
                elif text := self._text(kind, pieces, style):
                    yield row, min(column, _MAX_COLUMNS), text

    def _packed(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        row, first = struct.unpack_from("<2H", data)
        for index in range((len(data) - 6) // 6):
            style, packed = struct.unpack_from("<HI", data, 4 + 6 * index)
            text = self._workbook.number(rk_value(packed), style)
            yield row, min(first + index, _MAX_COLUMNS), text

    def _text(self, kind: int, pieces: list[bytes], style: int) -> str:
        data = pieces[0]
        if kind == Record.LABEL_SST:
            return self._workbook.text(*struct.unpack_from("<I", data, 6))
        if kind == Record.RK:
            return self._workbook.number(rk_value(*struct.unpack_from("<I", data, 6)), style)
        if kind == Record.BOOL_ERR:
            return bool_or_error(data[6], is_error=bool(data[7]))
        if kind in {Record.LABEL, Record.RSTRING}:
            return Texts(pieces, skip=6).next()
        return self._number_or_result(kind, data, style)

    def _number_or_result(self, kind: int, data: bytes, style: int) -> str:
        if kind == Record.FORMULA and data[12:14] == _NO_NUMBER:
            if data[6] not in {_BOOLEAN, _ERROR}:
                return ""
            return bool_or_error(data[8], is_error=data[6] == _ERROR)
        (value,) = struct.unpack_from("<d", data, 6)
        return self._workbook.number(value, style)


_ONE_CELL = frozenset(
    {
        Record.FORMULA,
        Record.RSTRING,
        Record.LABEL_SST,
        Record.NUMBER,
        Record.LABEL,
        Record.BOOL_ERR,
        Record.RK,
    }
)
