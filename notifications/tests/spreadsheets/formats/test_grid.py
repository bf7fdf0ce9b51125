import pytest

from notifications.spreadsheets.formats.grid import (
    SHEET_ROWS,
    MergedRange,
    Merges,
    SheetRow,
    visible_rows,
)
from notifications.spreadsheets.refusals import FileRefused


def seen(rows, hidden_columns=(), merged=()):
    merges = Merges()
    for each in merged:
        merges.add(MergedRange(*each))
    return list(visible_rows(rows, set(hidden_columns), merges))


def test_rows_that_the_file_leaves_out_come_back_empty():
    assert seen([SheetRow(1, ["a"]), SheetRow(3, ["b"])]) == [[], ["a"], [], ["b"]]


def test_hidden_rows_do_not_even_leave_a_gap():
    rows = [SheetRow(0, ["a"]), SheetRow(1, [], hidden=True, repeated=2), SheetRow(3, ["b"])]

    assert seen(rows) == [["a"], ["b"]]


def test_merged_cells_reach_below_the_last_row():
    assert seen([SheetRow(0, ["a"])], merged=[(0, 0, 2, 1)]) == [["a", "a"]] * 3


def test_merged_cells_without_a_value_change_nothing():
    assert seen([SheetRow(0, ["", "b"])], merged=[(0, 0, SHEET_ROWS - 1, 0)]) == [["", "b"]]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([SheetRow(1, []), SheetRow(0, [])], id="out of order"),
        pytest.param([SheetRow(-1, [])], id="before the first"),
        pytest.param([SheetRow(SHEET_ROWS, ["a"])], id="after the last"),
        pytest.param([SheetRow(0, ["a"], repeated=10**9)], id="repeated for ever"),
        pytest.param([SheetRow(0, ["a"] * 1000, repeated=SHEET_ROWS)], id="too many cells"),
    ],
)
def test_rows_that_no_sheet_can_have_are_refused(rows):
    with pytest.raises(FileRefused):
        seen(rows)


def test_more_merged_cells_than_anybody_makes_are_refused():
    merged = [(0, 0, SHEET_ROWS - 1, 100)]

    with pytest.raises(FileRefused):
        seen([SheetRow(0, ["a"])], merged=merged)


def test_more_ranges_than_anybody_makes_are_refused():
    with pytest.raises(FileRefused):
        seen([], merged=[(0, 0, 0, 0)] * 100_001)
