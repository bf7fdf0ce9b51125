"""Make what people see of a sheet out of what its file holds: merged, hidden, left out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from notifications.spreadsheets.refusals import UNREADABLE, FileRefused

# Source: ECMA-376 part 1, 18.3.1.73; OpenDocument programs have the same limits.
SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384
# What may be copied from cell to cell: small files can say that they are huge.
_MAX_CELLS = 20_000_000
_MAX_MERGES = 100_000


class SheetRow(NamedTuple):
    """A row as a file holds it, counted from 0; so many in sequence are alike.

    Files leave empty rows out, and readers may: they come back where something follows.
    """

    number: int
    cells: list[str]
    hidden: bool = False
    repeated: int = 1


@dataclass(slots=True)
class MergedRange:
    """Cells that show the value of the first one; every bound belongs to it."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int
    value: str = ""


class Merges:
    """The merged cells of a sheet; a range must be added before its first row is passed."""

    def __init__(self) -> None:
        self._starting: defaultdict[int, list[MergedRange]] = defaultdict(list)
        self._active: list[MergedRange] = []
        self._added = self._filled = 0

    def add(self, merged: MergedRange) -> None:
        """Note a range.

        Raises:
            FileRefused: there are more than a person can have made.
        """
        self._added += 1
        if self._added > _MAX_MERGES:
            raise FileRefused(UNREADABLE)
        if merged.first_column <= merged.last_column < SHEET_COLUMNS:
            self._starting[merged.first_row].append(merged)

    @property
    def last_row(self) -> int:
        """Return the last row that begun ranges reach, -1 if there are none."""
        return max((merged.last_row for merged in self._active), default=-1)

    def fill(self, number: int, cells: list[str]) -> None:
        """Give the cells of a row the values of the ranges they lie in.

        Raises:
            FileRefused: the ranges cover more cells than a person can have merged.
        """
        for merged in self._starting.pop(number, ()):
            if merged.first_column < len(cells) and cells[merged.first_column]:
                merged.value = cells[merged.first_column]
                self._active.append(merged)
        if not self._active:
            return
        self._active = [merged for merged in self._active if merged.last_row >= number]
        for merged in self._active:
            end = merged.last_column + 1
            self._filled += end - merged.first_column
            if self._filled > _MAX_CELLS:
                raise FileRefused(UNREADABLE)
            cells.extend([""] * (end - len(cells)))
            cells[merged.first_column : end] = [merged.value] * (end - merged.first_column)


def visible_rows(
    rows: Iterable[SheetRow], hidden_columns: set[int], merges: Merges
) -> Iterator[list[str]]:
    """Yield the cells that people see, an empty row where the file left one out.

    Args:
        rows: in ascending order.
        hidden_columns: complete when the first row is taken.
        merges: complete for a row when that is taken.

    Raises:
        FileRefused: the rows are not in order, or the sheet claims to be huge.
    """
    following = copied = 0
    for row in rows:
        if row.number < following or row.number + row.repeated > SHEET_ROWS:
            raise FileRefused(UNREADABLE)
        yield from _left_out(following, row.number, hidden_columns, merges)
        following = row.number + row.repeated
        for number in range(row.number, following):
            cells = list(row.cells)
            merges.fill(number, cells)
            copied += len(cells)
            if copied > _MAX_CELLS:
                raise FileRefused(UNREADABLE)
            if not row.hidden:
                yield _without(hidden_columns, cells)
    yield from _left_out(following, merges.last_row + 1, hidden_columns, merges)


def _left_out(
    first: int, following: int, hidden_columns: set[int], merges: Merges
) -> Iterator[list[str]]:
    """Yield rows that the file does not hold; merged cells may reach into them."""
    for number in range(first, following):
        cells: list[str] = []
        merges.fill(number, cells)
        yield _without(hidden_columns, cells)


def _without(hidden_columns: set[int], cells: list[str]) -> list[str]:
    if not hidden_columns:
        return cells
    return [cell for column, cell in enumerate(cells) if column not in hidden_columns]
