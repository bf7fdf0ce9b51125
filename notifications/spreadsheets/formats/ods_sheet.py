"""Read the first visible sheet of an OpenDocument spreadsheet, cell by cell."""

from notifications.spreadsheets.formats.cell_text import (
    digits_text,
    iso_date_text,
    iso_duration_text,
)
from notifications.spreadsheets.formats.grid import (
    SHEET_COLUMNS,
    MergedRange,
    Merges,
    SheetRow,
)
from notifications.spreadsheets.formats.xml_parts import Handler, whole_number
from notifications.spreadsheets.refusals import MAX_CELL_CHARACTERS, UNREADABLE, FileRefused

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _STYLE = f"{_NAMESPACE}office:1.0", f"{_NAMESPACE}style:1.0"
_TABLE, _TEXT = f"{_NAMESPACE}table:1.0", f"{_NAMESPACE}text:1.0"
# Where LibreOffice says that a formula failed; the standard's own attribute says that it is text.
_CALC_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
# In document-content, body and spreadsheet.
_DEPTH_OF_SHEETS = 4
_MAX_HIDDEN_STYLES = 10_000
_NUMBERS = frozenset({"float", "percentage", "currency"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})
_HIDDEN = frozenset({"collapse", "filter"})


class Sheet(Handler):
    """The cells of a sheet as text, taken row by row while the document is read."""

    def __init__(self) -> None:
        self.hidden_columns: set[int] = set()
        self.merges = Merges()
        self.is_complete = False
        self._depth = 0
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._is_inside = False
        self._columns = 0
        self._rows: list[SheetRow] = []
        self._number = 0
        self._row: dict[str, str] = {}
        self._cells: list[str] = []
        self._blanks = 0
        self._cell: dict[str, str] = {}
        self._depth_of_cell = 0
        self._paragraphs: list[list[str]] = []
        self._is_text = False
        self._length = 0

    def take(self) -> list[SheetRow]:
        """Return the rows that were completed since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a style, a sheet, or what is in the sheet."""
        self._depth += 1
        if self._depth_of_cell:
            self._start_in_cell(name, attributes)
        elif self._is_inside:
            self._start_in_sheet(name, attributes)
        elif name == "style":
            self._style = attributes.get(f"{_STYLE} name", "")
        elif name == "table-properties" and attributes.get(f"{_TABLE} display") == "false":
            self._hidden_styles.add(self._style)
            if len(self._hidden_styles) > _MAX_HIDDEN_STYLES:
                raise FileRefused(UNREADABLE)
        elif name == "table" and self._depth == _DEPTH_OF_SHEETS and not self.is_complete:
            style = attributes.get(f"{_TABLE} style-name")
            self._is_inside = style not in self._hidden_styles

    def end(self, name: str) -> None:
        """Finish what was begun."""
        if self._depth_of_cell:
            if self._depth == self._depth_of_cell:
                self._end_cell()
            elif self._depth == self._depth_of_cell + 1:
                self._is_text = False
        elif self._is_inside and name == "table-row":
            self._end_row()
        elif self._is_inside and self._depth == _DEPTH_OF_SHEETS:
            self._is_inside, self.is_complete = False, True
        self._depth -= 1

    def text(self, text: str) -> None:
        """Keep a piece of a paragraph."""
        if self._is_text:
            self._paragraphs[-1].append(text)
            self._lengthen(len(text))

    def _start_in_sheet(self, name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            self._cell, self._depth_of_cell = attributes, self._depth
        elif name == "table-row":
            self._row = attributes
        elif name == "table-column":
            count = _count(attributes, "number-columns-repeated")
            if attributes.get(f"{_TABLE} visibility") in _HIDDEN:
                last = min(self._columns + count, SHEET_COLUMNS)
                self.hidden_columns.update(range(self._columns, last))
            self._columns += count

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        """Paragraphs directly in a cell are its text; those further down are comments."""
        if name == "p" and self._depth == self._depth_of_cell + 1:
            self._paragraphs.append([])
            self._is_text = True
            self._lengthen(1)
        elif name == "s":
            # More spaces than a cell may have characters are refused as they are added.
            self.text(" " * min(_count(attributes, "c", _TEXT), MAX_CELL_CHARACTERS + 1))
        elif name == "tab":
            self.text("\t")
        elif name == "line-break":
            self.text("\n")

    def _lengthen(self, characters: int) -> None:
        self._length += characters
        if self._length > MAX_CELL_CHARACTERS:
            raise FileRefused(UNREADABLE)

    def _end_cell(self) -> None:
        text = self._text_of_cell()
        self._paragraphs.clear()
        self._depth_of_cell = self._length = 0
        column = len(self._cells) + self._blanks
        repeated = min(_count(self._cell, "number-columns-repeated"), SHEET_COLUMNS)
        if not text or column >= SHEET_COLUMNS:
            self._blanks += repeated
            return
        self._cells += [""] * self._blanks + [text] * min(repeated, SHEET_COLUMNS - column)
        self._blanks = 0
        columns = _count(self._cell, "number-columns-spanned")
        rows = _count(self._cell, "number-rows-spanned")
        if columns > 1 or rows > 1:
            last_row, last_column = self._number + rows - 1, column + columns - 1
            self.merges.add(MergedRange(self._number, column, last_row, last_column))

    def _text_of_cell(self) -> str:
        kind = self._cell.get(f"{_OFFICE} value-type")
        if kind in _NUMBERS:
            return digits_text(self._cell.get(f"{_OFFICE} value", ""))
        if kind == "date":
            return iso_date_text(self._cell.get(f"{_OFFICE} date-value", ""))
        if kind == "time":
            return iso_duration_text(self._cell.get(f"{_OFFICE} time-value", ""))
        if kind == "boolean":
            return str(self._cell.get(f"{_OFFICE} boolean-value") == "true")
        is_error = self._cell.get(_CALC_TYPE) == "error"  # nobody wants to read #N/A
        text = "\n".join(map("".join, self._paragraphs))
        return "" if is_error else text or self._cell.get(f"{_OFFICE} string-value", "")

    def _end_row(self) -> None:
        repeated = _count(self._row, "number-rows-repeated")
        hidden = self._row.get(f"{_TABLE} visibility") in _HIDDEN
        # Blank rows that people see come back where something follows them.
        if self._cells or hidden:
            self._rows.append(SheetRow(self._number, self._cells, hidden, repeated))
        self._number += repeated
        self._cells, self._blanks = [], 0


def _count(attributes: dict[str, str], name: str, namespace: str = _TABLE) -> int:
    """Return how often something is repeated: once, unless the file says otherwise."""
    return whole_number(attributes.get(f"{namespace} {name}", "1"))
