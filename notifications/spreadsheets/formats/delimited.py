"""Read text files of values with a comma or a tab between them."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from notifications.spreadsheets.refusals import (
    MAX_ROW_CHARACTERS,
    MAX_ROWS_READ,
    NOT_UTF8,
    TOO_MANY_ROWS,
    UNREADABLE,
    FileRefused,
)

# Source: Unicode Standard Annex 14, classes BK and NL, which end a line like a line feed does.
_LINE_SEPARATORS = re.compile("[\v\f\x85\u2028\u2029]")


def read_delimited(content: bytes, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of a text file.

    Raises:
        FileRefused: it is not text in UTF-8, or in UTF-16 that says so; a row, a cell or quotes
            have no end; there are too many rows.
    """
    content = _in_utf8(content)
    # Blank rows at the end do not count. Carriage returns become line feeds as they are read.
    content = content.rstrip(f"\r\n {delimiter}".encode())
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig")
    lines = _Lines(text)
    try:
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        for number, row in enumerate(rows):
            if lines.are_over:
                _require_closed(row)
                return
            if number > MAX_ROWS_READ:
                raise FileRefused(TOO_MANY_ROWS)
            lines.characters_of_row = 0
            yield row
    except csv.Error as error:
        raise FileRefused(UNREADABLE) from error


def _in_utf8(content: bytes) -> bytes:
    """Return text in UTF-8; UTF-16 begins with a mark that nothing else begins with.

    Raises:
        FileRefused: it is in neither.
    """
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if marked else "utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused(NOT_UTF8) from error
    if "\0" in text:
        # UTF-16 without a mark, or no text at all.
        raise FileRefused(NOT_UTF8)
    return text.encode() if marked else content


class _Lines:
    """The lines of a text, of which several can make one row, and at last a lone quote.

    Where quotes are open, it closes them: what was meant as many rows would else be one cell, and
    a message to one person would show what is known of all others.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.characters_of_row = 0
        self.are_over = False

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.characters_of_row += len(line)
            if self.characters_of_row > MAX_ROW_CHARACTERS:
                raise FileRefused(UNREADABLE)
            if _LINE_SEPARATORS.search(line):
                yield from io.StringIO(_LINE_SEPARATORS.sub("\n", line))
            else:
                yield line
        self.are_over = True
        yield '"'


def _require_closed(last_row: list[str]) -> None:
    """Refuse a text whose last row is more than the lone quote after it."""
    if last_row != [""]:
        raise FileRefused(UNREADABLE)
