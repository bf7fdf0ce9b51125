import pytest

from templates_app.rendering.letter_pages import sheets_of
from templates_app.tests.rendering.tables import cases


@pytest.mark.parametrize("row", cases("sheets"))
def test_a_sheet_has_two_sides(row):
    assert sheets_of(row["pages"]) == row["sheets"]
