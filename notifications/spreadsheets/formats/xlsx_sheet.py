"""Read one sheet of an Excel workbook, cell by cell, and its merged cells."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import IO

from notifications.spreadsheets.formats.cell_text import NumberKind, digits_text, iso_date_text
from notifications.spreadsheets.formats.grid import (
    SHEET_COLUMNS,
    MergedRange,
    Merges,
    SheetRow,
)
from notifications.spreadsheets.formats.xlsx_workbook import unescape
from notifications.spreadsheets.formats.xml_parts import Handler, read, whole_number
from notifications.spreadsheets.refusals import (
    MAX_CELL_CHARACTERS,
    UNREADABLE,
    UNREADABLE_VALUES,
    FileRefused,
)

_reference = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})").fullmatch
_letters_of: Callable[[str], re.Match[str] | None] = re.compile(r"[A-Za-z]{1,3}").match
_LOOK_BYTES = 64 * 1024


@lru_cache(maxsize=2_000)
def column_number(letters: str) -> int:
    """Return 0 for A, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


class Sheet(Handler):
    """The cells of a sheet as text, taken row by row while it is read."""

    def __init__(self, shared: list[str], kinds: list[NumberKind], epoch: datetime) -> None:
        self.hidden_columns: set[int] = set()
        self._shared, self._kinds, self._epoch = shared, kinds, epoch
        self._rows: list[SheetRow] = []
        self._number, self._column = -1, -1
        self._cells: list[str] = []
        self._cell: dict[str, str] = {}
        self._pieces: list[str] = []
        self._length = 0
        self._is_hidden = self._is_inside = self._is_phonetic = False

    def take(self) -> list[SheetRow]:
        """Return the rows that were completed since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell, or its value."""
        if name == "c":
            self._start_cell(attributes)
        elif name in {"v", "t"}:
            self._is_inside = not self._is_phonetic
        elif name == "row":
            self._number = (
                whole_number(attributes["r"]) - 1 if "r" in attributes else self._number + 1
            )
            self._is_hidden = attributes.get("hidden") in {"1", "true"}
            self._column = -1
        elif name == "rPh":
            self._is_phonetic = True
        elif name == "col" and attributes.get("hidden") in {"1", "true"}:
            last = min(whole_number(attributes.get("max", "0")), SHEET_COLUMNS)
            self.hidden_columns.update(range(whole_number(attributes.get("min", "1")) - 1, last))

    def end(self, name: str) -> None:
        """Finish what was begun."""
        if name in {"v", "t"}:
            self._is_inside = False
        elif name == "c":
            if self._pieces:
                self._end_cell()
        elif name == "row":
            self._rows.append(SheetRow(self._number, self._cells, self._is_hidden))
            self._cells = []
        elif name == "rPh":
            self._is_phonetic = False

    def text(self, text: str) -> None:
        """Keep a piece of a value."""
        if self._is_inside:
            self._pieces.append(text)
            self._length += len(text)
            if self._length > MAX_CELL_CHARACTERS:
                raise FileRefused(UNREADABLE)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        letters = _letters_of(attributes["r"]) if "r" in attributes else None
        self._column = column_number(letters[0]) if letters else self._column + 1

    def _end_cell(self) -> None:
        text = self._text_of("".join(self._pieces))
        self._pieces.clear()
        self._length = 0
        if self._column < SHEET_COLUMNS:
            gap = self._column - len(self._cells)
            if gap < 0:
                self._cells[self._column] = text
                return
            if gap:
                self._cells.extend([""] * gap)
            self._cells.append(text)

    def _text_of(self, value: str) -> str:
        kind = self._cell.get("t", "n")
        try:
            if kind == "s":
                return self._shared[whole_number(value)]
            if kind == "n":
                return digits_text(value.strip(), self._kinds_of_cell(), self._epoch)
        except IndexError as error:
            raise FileRefused(UNREADABLE_VALUES) from error
        if kind == "b":
            return str(value.strip() == "1")
        if kind == "e":  # nobody wants to read #N/A; a missing value is told
            return ""
        return iso_date_text(value.strip()) if kind == "d" else unescape(value)

    def _kinds_of_cell(self) -> NumberKind:
        style = self._cell.get("s")
        return self._kinds[whole_number(style)] if style and self._kinds else NumberKind.PLAIN


class _MergedCells(Handler):
    def __init__(self) -> None:
        self.merges = Merges()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "mergeCell":
            return
        first, _, last = attributes.get("ref", "").partition(":")
        begin, end = _reference(first), _reference(last or first)
        if not begin or not end:
            raise FileRefused(UNREADABLE)
        self.merges.add(
            MergedRange(
                first_row=int(begin[2]) - 1,
                first_column=column_number(begin[1]),
                last_row=int(end[2]) - 1,
                last_column=column_number(end[1]),
            )
        )


def merges_of(open_sheet: Callable[[], IO[bytes]]) -> Merges:
    """Return the merged cells of a sheet, which its part names after all its rows.

    Raises:
        FileRefused: they make no sense.
    """
    found = _MergedCells()
    with open_sheet() as stream:
        is_worth_parsing = _mentions(stream, b"mergeCell")
    if is_worth_parsing:
        with open_sheet() as stream:
            read(stream, found)
    return found.merges


def _mentions(stream: IO[bytes], word: bytes) -> bool:
    """Look through a part, ten times as fast as parsing it."""
    before = b""
    while chunk := stream.read(_LOOK_BYTES):
        if word in before + chunk:
            return True
        before = chunk[-len(word) :]
    return False
