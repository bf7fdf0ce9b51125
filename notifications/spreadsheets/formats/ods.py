"""Read spreadsheets of LibreOffice (ods). Source: OASIS OpenDocument 1.3, part 3, chapter 9."""

from collections.abc import Iterator
from typing import IO

from notifications.spreadsheets.formats.archive import open_part, opened
from notifications.spreadsheets.formats.grid import SheetRow, visible_rows
from notifications.spreadsheets.formats.ods_sheet import Sheet
from notifications.spreadsheets.formats.xml_parts import parse
from notifications.spreadsheets.refusals import UNREADABLE, FileRefused


def read_ods(content: bytes) -> Iterator[list[str]]:
    """Yield the visible rows of the first visible sheet.

    Raises:
        FileRefused: it cannot be read.
    """
    with opened(content) as archive:
        stream = open_part(archive, "content.xml")
        if stream is None:
            raise FileRefused(UNREADABLE)
        sheet = Sheet()
        with stream:
            yield from visible_rows(_rows(stream, sheet), sheet.hidden_columns, sheet.merges)


def _rows(stream: IO[bytes], sheet: Sheet) -> Iterator[SheetRow]:
    for _ in parse(stream, sheet):
        yield from sheet.take()
        if sheet.is_complete:
            return
