"""Every example of the contract's table of files is read as the contract says."""

import io
import json
from pathlib import Path

import pytest

from notifications.spreadsheets.check import check
from notifications.spreadsheets.convert import to_csv_text
from notifications.spreadsheets.problems import Kind
from notifications.spreadsheets.rows import lines_of
from notifications.tests.spreadsheets.templates import FakeTemplate

EXAMPLES = json.loads((Path(__file__).parent / "examples/files.json").read_text())


def row_as_listed(row):
    errors = [
        "bad-address" if each.kind is Kind.RECIPIENT else each.kind
        for each in row.problems
        if each.key is None
    ]
    return {
        "personalisation": row.personalisation,
        "cell_errors": row.errors,
        "row_error": errors[0] if errors else None,
    }


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_a_file_is_read_as_the_contract_says(number):
    example = EXAMPLES[number]
    csv_text = to_csv_text(io.BytesIO(example["file"].encode()), "a.csv")
    rows = []

    checked = check(
        lines_of(csv_text),
        FakeTemplate(example["type"], example["template"]),
        permissions=frozenset(),
        see=lambda row, _: rows.append(row),
    )

    assert [row_as_listed(row) for row in rows] == example["rows"]
    assert checked.row_count == example["row_count"]
    is_wrong = checked.wrong_row_count > 0 or not checked.columns.are_usable
    assert is_wrong == example["has_errors"]
    assert list(checked.columns.missing) == example["missing_columns"]
    assert checked.columns.has_recipient != example["no_recipient_column"]
    assert [name for names in checked.columns.duplicates for name in names] == example["duplicates"]
