"""Read rows of CSV text into what is sent, and find what is wrong with each."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from notifications.spreadsheets.cells import clean_cell
from notifications.spreadsheets.columns import match_columns
from notifications.spreadsheets.content import ContentCheck
from notifications.spreadsheets.problems import Kind, Problem
from notifications.spreadsheets.recipients import (
    Recipient,
    read_address,
    read_email,
    read_phone,
)
from notifications.spreadsheets.template import LETTER, SMS, Template
from notify_project.recipients.email import InvalidEmail
from notify_project.recipients.phone import InvalidPhone
from notify_project.recipients.postal import InvalidAddress

# Source: the API contract, errors of rows.
MISSING = "Missing"
# Source: the API contract, rows. People count from 1, and see the names of columns as a row.
_FIRST_ROW_SHOWN = 2

Value = str | list[str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file.

    Attributes:
        number: counted from 0.
        cells: as the file has them, also those that are not sent.
        personalisation: what is sent, by key, the recipient too.
        client_reference: what the notification is called by those who sent the file.
        recipient: None if it is missing or wrong.
        problems: what keeps the row from being sent.
    """

    number: int
    cells: list[str]
    personalisation: dict[str, Value]
    client_reference: str | None
    recipient: Recipient | None
    problems: tuple[Problem, ...]

    @property
    def number_shown(self) -> int:
        """Return its number where the names of columns are row 1.

        Spreadsheet programs show a higher one where rows above it were left out: hidden ones,
        and blank ones above the names.
        """
        return self.number + _FIRST_ROW_SHOWN

    @property
    def errors(self) -> dict[str, str]:
        """Return what is wrong with each cell, by key."""
        return {each.key: each.message for each in self.problems if each.key is not None}


class Rows:
    """The rows of CSV text, read for one template, each when it is asked for."""

    def __init__(
        self, lines: Iterable[str], template: Template, permissions: Collection[str]
    ) -> None:
        """Read the names of the columns.

        Args:
            lines: of text that ``to_csv_text`` made.
            template: what the rows fill.
            permissions: of the service that sends.
        """
        self._reader = csv.reader(lines, skipinitialspace=True)
        self.columns = match_columns(next(self._reader, []), template)
        self._permissions = permissions
        self._type = template.template_type
        self._content = ContentCheck(template)
        self._read = 0

    def __iter__(self) -> Iterator[Row]:
        for cells in self._reader:
            yield self._row(cells)

    def go_to(self, number: int) -> None:
        """Pass over rows without reading what they say; the next one has the number.

        Args:
            number: not below that of a row that was read.
        """
        passed = islice(self._reader, number - self._read)
        self._read += sum(1 for _ in passed)

    def skip(self) -> int:
        """Pass over all further rows, and return how many they were."""
        return sum(1 for _ in self._reader)

    def _row(self, cells: list[str]) -> Row:
        values: dict[str, Value] = {}
        problems: list[Problem] = []
        for column in self.columns.fields:
            value = _value(cells, column.places)
            if value is not None:
                values[column.key] = value
            elif column.is_needed:
                problems.append(Problem(Kind.MISSING, MISSING, column.key, "Enter a value"))
        recipient = self._recipient(values, problems)
        problems += self._content.problems(values)
        number, self._read = self._read, self._read + 1
        place = self.columns.reference
        reference = None if place is None else _cell(cells, place)
        return Row(number, cells, values, reference, recipient, tuple(problems))

    def _recipient(self, values: dict[str, Value], problems: list[Problem]) -> Recipient | None:
        key = self.columns.recipient_keys[0]
        try:
            if self._type == LETTER:
                keys = self.columns.recipient_keys
                return read_address(values, keys, self._permissions)
            if key not in values:
                return None
            text = str(values[key])
            return read_phone(text, self._permissions) if self._type == SMS else read_email(text)
        except InvalidAddress as error:
            problems.append(Problem(Kind.RECIPIENT, error.form_message))
        except (InvalidPhone, InvalidEmail) as error:
            problems.append(Problem(Kind.RECIPIENT, error.form_message, key))
        return None


def lines_of(csv_text: bytes) -> Iterable[str]:
    """Return the lines of text that ``to_csv_text`` made, decoded as they are read."""
    return io.TextIOWrapper(io.BytesIO(csv_text), encoding="utf-8", newline="\n")


def _cell(cells: Sequence[str], place: int) -> str | None:
    return clean_cell(cells[place]) or None if place < len(cells) else None


def _value(cells: Sequence[str], places: tuple[int, ...]) -> Value | None:
    """Return a cell, or a list of several from the first that is not blank."""
    if len(places) == 1:
        return _cell(cells, places[0])
    items = [_cell(cells, place) for place in places]
    while items and items[0] is None:
        items.pop(0)
    return items or None
