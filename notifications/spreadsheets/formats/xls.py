"""Read the Excel workbooks of before 2007 (xls). Source: [MS-XLS]."""

import struct
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from notifications.spreadsheets.formats.cell_text import (
    BUILT_IN_KINDS,
    EPOCH_1900,
    EPOCH_1904,
    NumberKind,
    kind_of_format,
    number_text,
)
from notifications.spreadsheets.formats.compound import stream_of
from notifications.spreadsheets.formats.grid import visible_rows
from notifications.spreadsheets.formats.xls_records import Record, Texts, records
from notifications.spreadsheets.formats.xls_sheet import Sheet
from notifications.spreadsheets.refusals import UNREADABLE, UNREADABLE_VALUES, FileRefused

_WORKSHEET = 0
_MAX_TEXTS = 1_000_000


def read_xls(content: bytes) -> Iterator[list[str]]:
    """Yield the visible rows of a workbook's first visible sheet.

    Raises:
        FileRefused: it cannot be read.
    """
    stream = stream_of(content, "Workbook")
    if stream is None:
        raise FileRefused(UNREADABLE)
    try:
        workbook = _Workbook(stream)
        if workbook.sheet is not None:
            sheet = Sheet(partial(records, stream, workbook.sheet), workbook)
            yield from visible_rows(sheet.rows(), sheet.hidden_columns, sheet.merges)
    except (struct.error, IndexError) as error:
        raise FileRefused(UNREADABLE) from error


class _Workbook:
    """What the sheets share: texts, formats, how days are counted."""

    def __init__(self, stream: bytes) -> None:
        self.sheet: int | None = None
        self.texts: list[str] = []
        self._epoch: datetime = EPOCH_1900
        self._formats = dict(BUILT_IN_KINDS)
        self._styles: list[int] = []
        for kind, pieces in records(stream):
            self._read(kind, pieces)

    def number(self, value: float, style: int) -> str:
        """Return a number as its style makes it appear."""
        number = self._styles[style] if style < len(self._styles) else 0
        return number_text(value, self._formats.get(number, NumberKind.PLAIN), self._epoch)

    def text(self, index: int) -> str:
        """Return one of the shared texts."""
        if index >= len(self.texts):
            raise FileRefused(UNREADABLE_VALUES)
        return self.texts[index]

    def _read(self, kind: int, pieces: list[bytes]) -> None:
        data = pieces[0]
        if kind == Record.BOUND_SHEET:
            position, state, sheet_type = struct.unpack_from("<IBB", data)
            if self.sheet is None and sheet_type == _WORKSHEET and not state & 0x3:
                self.sheet = position
        elif kind == Record.SST:
            (count,) = struct.unpack_from("<I", data, 4)
            if count > _MAX_TEXTS:
                raise FileRefused(UNREADABLE)
            texts = Texts(pieces, skip=8)
            self.texts = [texts.next() for _ in range(count)]
        elif kind == Record.FORMAT:
            (number,) = struct.unpack_from("<H", data)
            self._formats[number] = kind_of_format(Texts(pieces, skip=2).next())
        elif kind == Record.XF:
            self._styles.append(struct.unpack_from("<H", data, 2)[0])
        elif kind == Record.DATE_MODE and data[0]:
            self._epoch = EPOCH_1904
