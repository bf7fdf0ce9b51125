"""Turn an uploaded file into the CSV text that is stored: the same for every kind of file."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import repeat
from pathlib import PurePath
from typing import IO

from notifications.spreadsheets.cells import clean_cell
from notifications.spreadsheets.formats.delimited import read_delimited
from notifications.spreadsheets.formats.ods import read_ods
from notifications.spreadsheets.formats.xls import read_xls
from notifications.spreadsheets.formats.xlsx import read_xlsx
from notifications.spreadsheets.refusals import (
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_ROW_CHARACTERS,
    MAX_ROWS_READ,
    NOT_A_SPREADSHEET,
    TOO_LARGE,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    UNREADABLE,
    FileRefused,
)
from notify_project.recipients.characters import to_ascii
from templates_app.rendering.placeholders import key_of

_READERS: dict[str, Callable[[bytes], Iterator[list[str]]]] = {
    ".csv": partial(read_delimited, delimiter=","),
    ".tsv": partial(read_delimited, delimiter="\t"),
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".xls": read_xls,
    ".ods": read_ods,
}
# Source: the API contract, reading a file.
_MIN_COLUMNS_KEPT = 50
_MAX_NAME_CHARACTERS = 1_600
# More than may be uploaded, since spreadsheets are compressed.
_MAX_TEXT_BYTES = 4 * MAX_FILE_BYTES
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def to_csv_text(stream: IO[bytes], file_name: str) -> bytes:
    r"""Return what people see of a file as CSV text: UTF-8, lines ended by ``\n``.

    Args:
        stream: the file.
        file_name: its extension says how the file is read.

    Raises:
        FileRefused: it cannot be read.
    """
    read = _READERS.get(PurePath(file_name).suffix.lower())
    if read is None:
        raise FileRefused(NOT_A_SPREADSHEET)
    content = stream.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise FileRefused(TOO_LARGE)
    return _written(_kept(read(content)))


def stored_file_name(file_name: str) -> str:
    """Return a file's name as it is kept: in ASCII, and not endless."""
    return to_ascii(file_name)[:_MAX_NAME_CHARACTERS]


def _kept(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Yield the names of columns, then the rows that matter, all without blank ends."""
    width = count = blank = 0
    for row in rows:
        tidied = _tidied(row[:width] if width else row) if row else row
        if not tidied:
            blank += 1
        elif not width:
            if len(tidied) > MAX_COLUMNS:
                raise FileRefused(TOO_MANY_COLUMNS)
            width, blank = max(_MIN_COLUMNS_KEPT, len(tidied)), 0
            yield tidied
        else:
            count += blank + 1
            if count > MAX_ROWS_READ:
                raise FileRefused(TOO_MANY_ROWS)
            yield from repeat([], blank)
            blank = 0
            yield tidied


def _tidied(row: list[str]) -> list[str]:
    """Return a row without blank cells at its end, its line breaks all alike."""
    end = len(row)
    while end and not clean_cell(row[end - 1]):
        end -= 1
    kept = row[:end]
    if sum(map(len, kept)) > MAX_ROW_CHARACTERS:
        raise FileRefused(UNREADABLE)
    if not _LINE_ENDS.search("".join(kept)):
        return kept
    return [_LINE_ENDS.sub("\n", cell) for cell in kept]


def _written(rows: Iterator[list[str]]) -> bytes:
    """Write the names of columns, then the rows."""
    header = next(rows, [])
    try:
        content, columns_used = _written_below(_line(header), rows)
    except UnicodeEncodeError as error:
        raise FileRefused(UNREADABLE) from error
    if b"\0" in content:
        raise FileRefused(UNREADABLE)
    names = _without_unused_repetitions(header, columns_used)
    if len(names) < len(header):
        content = _line(names) + content.removeprefix(_line(header))
    return content


def _written_below(header: bytes, rows: Iterator[list[str]]) -> tuple[bytes, int]:
    """Return the whole text, and how many columns the rows use."""
    content = io.BytesIO(header)
    content.seek(0, io.SEEK_END)
    text = io.TextIOWrapper(content, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    columns_used = 0
    for row in rows:
        writer.writerow(row)
        columns_used = max(columns_used, len(row))
        if content.tell() > _MAX_TEXT_BYTES:
            raise FileRefused(TOO_LARGE)
    return content.getvalue(), columns_used


def _line(row: list[str]) -> bytes:
    text = io.StringIO()
    if row:
        csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue().encode()


def _without_unused_repetitions(header: list[str], columns_used: int) -> list[str]:
    """Leave out repeated names at the right end that no row has a value for."""
    keys = [key_of(clean_cell(name)) for name in header]
    end = len(header)
    while end > columns_used and keys[end - 1] in keys[: end - 1]:
        end -= 1
    return header[:end]
