"""Read the Excel workbooks of before 2007 (xls)."""

import io
from collections.abc import Iterator
from functools import cache

import xlrd
from xlrd.sheet import Sheet

from notifications.spreadsheets.formats.cell_text import (
    EPOCH_1900,
    EPOCH_1904,
    NumberKind,
    kind_of_format,
    number_text,
)
from notifications.spreadsheets.formats.grid import MergedRange, Merges, SheetRow, visible_rows
from notifications.spreadsheets.refusals import UNREADABLE, FileRefused

_VISIBLE = 0


def read_xls(content: bytes) -> Iterator[list[str]]:
    """Yield the visible rows of a workbook's first visible sheet.

    Raises:
        FileRefused: it cannot be read.
    """
    try:
        # Ragged: a cell in the last corner must not fill all others with nothing.
        workbook = xlrd.open_workbook(
            file_contents=content,
            logfile=io.StringIO(),
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
        )
        sheet = _first_visible(workbook)
        if sheet is None:
            return
        rows = list(_rows(sheet, workbook))
    except FileRefused:
        raise
    except Exception as error:  # the library fails in any way on a damaged file
        raise FileRefused(UNREADABLE) from error
    hidden = {column for column, info in sheet.colinfo_map.items() if info.hidden}
    yield from visible_rows(rows, hidden, _merges(sheet))


def _first_visible(workbook: xlrd.Book) -> Sheet | None:
    for number in range(workbook.nsheets):
        sheet = workbook.sheet_by_index(number)
        if sheet.visibility == _VISIBLE:
            return sheet
        workbook.unload_sheet(number)
    return None


def _rows(sheet: Sheet, workbook: xlrd.Book) -> Iterator[SheetRow]:
    text_of = _Texts(workbook)
    for number in range(sheet.nrows):
        info = sheet.rowinfo_map.get(number)
        cells = [text_of(cell) for cell in sheet.row(number)]
        yield SheetRow(number, cells, hidden=bool(info and info.hidden))


class _Texts:
    """Writes cells as CSV text has them; the formats of numbers are the workbook's."""

    def __init__(self, workbook: xlrd.Book) -> None:
        self._epoch = EPOCH_1904 if workbook.datemode else EPOCH_1900
        self._kind_of = cache(lambda style: _kind(workbook, style))

    def __call__(self, cell: xlrd.sheet.Cell) -> str:
        """Return a cell's text."""
        if cell.ctype in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
            return number_text(cell.value, self._kind_of(cell.xf_index), self._epoch)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return str(bool(cell.value))
        # Nobody wants to read #N/A; a missing value is told.
        return "" if cell.ctype == xlrd.XL_CELL_ERROR else str(cell.value)


def _kind(workbook: xlrd.Book, style: int) -> NumberKind:
    return kind_of_format(workbook.format_map[workbook.xf_list[style].format_key].format_str)


def _merges(sheet: Sheet) -> Merges:
    merges = Merges()
    for top, bottom, left, right in sheet.merged_cells:
        merges.add(MergedRange(top, left, bottom - 1, right - 1))
    return merges
