import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RENDERING = "templates_app/tests/rendering/examples"
RECIPIENTS = "notify_project/tests/recipients/examples"
LETTERS = "notifications/tests/letters/examples"
SPREADSHEETS = "notifications/tests/spreadsheets/examples"

ROWS = {
    f"{RENDERING}/names.json": 13,
    f"{RENDERING}/substitution.json": 30,
    f"{RENDERING}/conditionals.json": 30,
    f"{RENDERING}/missing.json": 5,
    f"{RENDERING}/body.json": 3,
    f"{RENDERING}/sanitise.json": 18,
    f"{RENDERING}/redacted.json": 5,
    f"{RENDERING}/typography.json": 21,
    f"{RENDERING}/email.json": 60,
    f"{RENDERING}/email_with_values.json": 10,
    f"{RENDERING}/email_quirks.json": 14,
    f"{RENDERING}/subject.json": 9,
    f"{RENDERING}/preheader.json": 3,
    f"{RENDERING}/sms.json": 47,
    f"{RENDERING}/letter_html.json": 14,
    f"{RENDERING}/printed_dates.json": 3,
    f"{RENDERING}/sheets.json": 8,
    f"{RECIPIENTS}/phone.json": 55,
    f"{RECIPIENTS}/email.json": 39,
    f"{RECIPIENTS}/postcodes.json": 28,
    f"{RECIPIENTS}/addresses.json": 33,
    f"{RECIPIENTS}/address_keys.json": 5,
    f"{RECIPIENTS}/countries.json": 20,
    f"{LETTERS}/file_names.json": 6,
    f"{LETTERS}/dates.json": 6,
    f"{SPREADSHEETS}/files.json": 27,
}


def rows_of(path):
    return json.loads((ROOT / path).read_text())


@pytest.mark.parametrize(("path", "number"), ROWS.items(), ids=ROWS)
def test_no_example_of_the_contract_is_lost(path, number):
    assert len(rows_of(path)) == number


@pytest.mark.parametrize("path", ROWS, ids=ROWS)
def test_no_example_of_the_contract_stands_twice(path):
    rows = [json.dumps(row, sort_keys=True) for row in rows_of(path)]

    assert len(set(rows)) == len(rows)


def test_the_contract_has_512_examples():
    assert sum(ROWS.values()) == 512


def test_only_where_ours_differs_a_row_says_why():
    rows = [row for path in ROWS for row in rows_of(path) if "quirk" in row or "ours" in row]

    assert all(row["quirk"] and row["ours"] != {k: row[k] for k in row["ours"]} for row in rows)
    assert len(rows) == 16
