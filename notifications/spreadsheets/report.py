"""List what is wrong with a file, cell by cell, in a form that a person can work through."""

import csv
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from notifications.spreadsheets.cells import harmless
from notifications.spreadsheets.columns import Columns
from notifications.spreadsheets.outcome import Refusal
from notifications.spreadsheets.problems import Kind, Problem
from notifications.spreadsheets.rows import Row

HEADINGS = ("row", "column", "value", "what to do")
ROW_OF_NAMES = 1


class Entry(NamedTuple):
    """Something to mend; there is no column where the row as a whole is wrong."""

    row: int
    column: str
    value: str
    what_to_do: str


def entries_of_row(row: Row, columns: Columns) -> Iterator[Entry]:
    """Yield what to mend in a row."""
    for problem in row.problems:
        value = _value(row, problem, columns)
        yield Entry(row.number_shown, _name(problem, columns), value, problem.what_to_do)


def entries_of_names(refusal: Refusal) -> Iterator[Entry]:
    """Yield what to mend in the names of columns, where these are why a file is refused."""
    for detail in refusal.details:
        yield Entry(ROW_OF_NAMES, "", "", detail)


class Report:
    """A file of entries that spreadsheet programs can open."""

    def __init__(self, stream: IO[str]) -> None:
        self._writer = csv.writer(stream)
        self._writer.writerow(HEADINGS)

    def add(self, entries: Iterable[Entry]) -> None:
        """Write entries."""
        for entry in entries:
            self._writer.writerow([entry.row, *map(harmless, entry[1:])])


def _name(problem: Problem, columns: Columns) -> str:
    names = (column.name for column in columns.fields if column.key == problem.key)
    return next(names, "")


def _value(row: Row, problem: Problem, columns: Columns) -> str:
    """Return what is wrong: a cell, or all cells of an address."""
    if problem.key is not None:
        return str(row.personalisation.get(problem.key, ""))
    if problem.kind is not Kind.RECIPIENT:
        return ""
    lines = (row.personalisation.get(key) for key in columns.recipient_keys)
    return ", ".join(str(line) for line in lines if line is not None)
