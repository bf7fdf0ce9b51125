"""Check a whole file of recipients in one pass, keeping only counts and the first rows."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import islice

from notifications.spreadsheets.columns import Columns
from notifications.spreadsheets.problems import Kind
from notifications.spreadsheets.refusals import MAX_ROWS
from notifications.spreadsheets.rows import Row, Rows
from notifications.spreadsheets.template import Template

# Source: the API contract, preview.
ROWS_SHOWN = 50


@dataclass(slots=True)
class Checked:
    """What is known of a file once every row was read.

    Attributes:
        template_type: what kind of message the rows are sent as.
        columns: what its first row says.
        row_count: without the names of columns.
        wrong: how many rows have each kind of problem.
        wrong_row_count: how many rows cannot be sent.
        international: how many rows go to other countries.
        strangers: how many rows go to people outside the team of a service in trial mode.
        first_rows: for the preview.
        first_wrong_rows: for the preview of a file with errors.
    """

    template_type: str
    columns: Columns
    row_count: int = 0
    wrong: Counter[Kind] = field(default_factory=Counter)
    wrong_row_count: int = 0
    international: int = 0
    strangers: int = 0
    first_rows: list[Row] = field(default_factory=list)
    first_wrong_rows: list[Row] = field(default_factory=list)

    @property
    def preview(self) -> list[Row]:
        """Return the rows to show: only wrong ones, if there are any."""
        return self.first_wrong_rows or self.first_rows


def check(
    lines: Iterable[str],
    template: Template,
    permissions: Collection[str],
    *,
    is_allowed: Callable[[str], bool] | None = None,
    see: Callable[[Row, Columns], None] | None = None,
) -> Checked:
    """Read every row once.

    Args:
        lines: of text that ``to_csv_text`` made.
        template: what the rows fill.
        permissions: of the service that sends.
        is_allowed: says whether a service in trial mode may send to a normalised recipient.
        see: is shown each row with the columns, to report or count it.
    """
    rows = Rows(lines, template, permissions)
    checked = Checked(template.template_type, rows.columns)
    for row in islice(rows, MAX_ROWS):
        _count(checked, row, is_allowed)
        if see is not None:
            see(row, rows.columns)
    checked.row_count += rows.skip()
    return checked


def _count(checked: Checked, row: Row, is_allowed: Callable[[str], bool] | None) -> None:
    if checked.row_count < ROWS_SHOWN:
        checked.first_rows.append(row)
    checked.row_count += 1
    if row.problems:
        checked.wrong_row_count += 1
        checked.wrong.update({problem.kind for problem in row.problems})
        if len(checked.first_wrong_rows) < ROWS_SHOWN:
            checked.first_wrong_rows.append(row)
    if row.recipient is not None:
        checked.international += row.recipient.is_international
        if is_allowed is not None and not is_allowed(row.recipient.normalised):
            checked.strangers += 1
