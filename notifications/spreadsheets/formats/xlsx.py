"""Read the Excel workbooks of today (xlsx, xlsm). Source: ECMA-376 part 1, 18, SpreadsheetML."""

import posixpath
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import IO

from notifications.spreadsheets.formats.archive import open_part, opened
from notifications.spreadsheets.formats.grid import SheetRow, visible_rows
from notifications.spreadsheets.formats.xlsx_sheet import Sheet, merges_of
from notifications.spreadsheets.formats.xlsx_workbook import (
    Relationships,
    SharedStrings,
    Styles,
    Workbook,
)
from notifications.spreadsheets.formats.xml_parts import Handler, parse, read
from notifications.spreadsheets.refusals import UNREADABLE, FileRefused

# Of the parts that are kept in memory as a whole.
_MAX_TEXTS_BYTES = 40 * 1024 * 1024
_MAX_LIST_BYTES = 10 * 1024 * 1024


def read_xlsx(content: bytes) -> Iterator[list[str]]:
    """Yield the visible rows of a workbook's first visible sheet.

    Raises:
        FileRefused: it cannot be read.
    """
    with opened(content) as archive:
        package = _Package(archive)
        path = package.path_of_sheet()
        if path is None:
            return
        shared, styles = SharedStrings(), Styles()
        package.read_kind("sharedStrings", shared, _MAX_TEXTS_BYTES)
        package.read_kind("styles", styles, _MAX_LIST_BYTES)
        sheet = Sheet(shared.texts, styles.kinds, package.workbook.epoch)
        open_sheet = partial(package.open, path)
        merges = merges_of(open_sheet)
        with open_sheet() as stream:
            yield from visible_rows(_rows(stream, sheet), sheet.hidden_columns, merges)


def _rows(stream: IO[bytes], sheet: Sheet) -> Iterator[SheetRow]:
    for _ in parse(stream, sheet):
        yield from sheet.take()


class _Package:
    """The parts of a workbook, found as the format wants it: by following relationships."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        office = self._related("").by_kind.get("officeDocument", "xl/workbook.xml")
        self._path = posixpath.normpath(office.lstrip("/"))
        self._relationships = self._related(self._path)
        self.workbook = Workbook()
        with self.open(self._path, _MAX_LIST_BYTES) as stream:
            read(stream, self.workbook)

    def open(self, path: str, *max_bytes: int) -> IO[bytes]:
        """Open a part that must be there."""
        stream = open_part(self._archive, path, *max_bytes)
        if stream is None:
            raise FileRefused(UNREADABLE)
        return stream

    def path_of_sheet(self) -> str | None:
        """Return where the first visible sheet with cells is; None if there is none."""
        sheets = self._relationships.sheets
        found = next((sheets[each] for each in self.workbook.visible if each in sheets), None)
        return None if found is None else self._path_to(found)

    def read_kind(self, kind: str, handler: Handler, max_bytes: int) -> None:
        """Read the part of a kind, if there is one."""
        if target := self._relationships.by_kind.get(kind):
            with self.open(self._path_to(target), max_bytes) as stream:
                read(stream, handler)

    def _path_to(self, target: str) -> str:
        folder = posixpath.dirname(self._path)
        return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")

    def _related(self, path: str) -> Relationships:
        folder, name = posixpath.split(path)
        found = Relationships()
        stream = open_part(
            self._archive, posixpath.join(folder, "_rels", f"{name}.rels"), _MAX_LIST_BYTES
        )
        if stream is not None:
            with stream:
                read(stream, found)
        return found
