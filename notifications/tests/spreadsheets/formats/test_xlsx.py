from datetime import date, datetime, time, timedelta

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from notifications.spreadsheets.refusals import UNREADABLE_VALUES, FileRefused
from notifications.tests.spreadsheets.files import converted, raw_xlsx, xlsx

MOMENT = datetime.fromisoformat("2026-01-05T09:30:00")
ALMOST = datetime.fromisoformat("2026-01-05T09:29:59.999")
HEADER = ["phone number", "name"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("07700900205", "07700900205", id="text of digits"),
        pytest.param(7700900205, "7700900205", id="whole number"),
        pytest.param(447700900205.0, "447700900205", id="whole number with a point"),
        pytest.param(1.5, "1.5", id="broken number"),
        pytest.param(-3, "-3", id="negative number"),
        pytest.param(1 / 3, "0.3333333333333333", id="endless number"),
        pytest.param(1e300, "1e+300", id="huge number"),
        pytest.param(True, "True", id="true"),
        pytest.param(False, "False", id="false"),
        pytest.param(date(2026, 1, 5), "2026-01-05 00:00:00", id="date"),
        pytest.param(date(1900, 1, 2), "1900-01-02 00:00:00", id="date before 1 March 1900"),
        pytest.param(MOMENT, "2026-01-05 09:30:00", id="date and time"),
        pytest.param(ALMOST, "2026-01-05 09:30:00", id="rounded"),
        pytest.param(time(9, 30), "09:30:00", id="time"),
        pytest.param(timedelta(hours=26, minutes=5), "26:05:00", id="duration"),
        pytest.param("x, y", '"x, y"', id="comma"),
        pytest.param('q "z"', '"q ""z"""', id="quotes"),
        pytest.param("two\nlines", '"two\nlines"', id="line break"),
        pytest.param("two\r\nlines", '"two\nlines"', id="line break of Windows"),
        pytest.param("Zoë 😀", "Zoë 😀", id="not ASCII"),
    ],
)
def test_a_cell_becomes_text(value, text):
    assert converted(xlsx([HEADER, ["x", value]]), "a.xlsx") == f"phone number,name\nx,{text}\n"


def test_an_error_is_a_missing_value():
    # A program writes this where a formula has no result.
    assert converted(xlsx([["a", "b"], ["#N/A", "x"]]), "a.xlsx") == "a,b\n,x\n"


def test_the_first_sheet_that_is_not_hidden_is_read():
    def change(sheet):
        sheet.sheet_state = "hidden"
        workbook = sheet.parent
        workbook.create_sheet("very hidden").sheet_state = "veryHidden"
        workbook.create_chartsheet("chart")
        workbook.create_sheet("seen").append(["phone number"])
        workbook.create_sheet("also seen").append(["email address"])
        workbook.active = 3

    assert converted(xlsx([["hidden"]], change), "a.xlsx") == "phone number\n"


def test_hidden_rows_and_columns_are_left_out():
    def change(sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True

    rows = [["a", "b", "c"], [1, 2, 3], [4, 5, 6], [7, 8, 9]]

    assert converted(xlsx(rows, change), "a.xlsx") == "a,c\n1,3\n7,9\n"


def test_merged_cells_all_have_the_value_of_the_first():
    def change(sheet):
        sheet.merge_cells("B2:C3")
        sheet.merge_cells("A3:A5")

    rows = [["a", "b", "c"], [1, 2, None], [3]]

    assert converted(xlsx(rows, change), "a.xlsx") == "a,b,c\n1,2,2\n3,2,2\n3\n3\n"


def test_merged_cells_show_a_value_whose_own_row_is_hidden():
    def change(sheet):
        sheet.merge_cells("A2:A3")
        sheet.row_dimensions[2].hidden = True

    assert converted(xlsx([["a"], ["x"]], change), "a.xlsx") == "a\nx\n"


def test_a_formula_is_what_it_last_resulted_in():
    sheet = (
        '<worksheet><sheetData><row><c t="str"><v>phone number</v></c></row>'
        '<row><c><f>1+1</f><v>2</v></c><c t="str"><f>A1</f><v>text</v></c></row>'
        "<row><c><f>1+1</f></c><c><v>1</v></c></row></sheetData></worksheet>"
    )

    assert converted(raw_xlsx(sheet), "a.xlsx") == "phone number\n2,text\n,1\n"


def test_empty_rows_are_kept_between_rows_and_left_out_below_them():
    rows = [["a"], [], [None, " "], ["x"], [None], ["\u200b"]]

    assert converted(xlsx(rows), "a.xlsx") == "a\n\n\nx\n"


def test_rich_text_is_joined_and_its_pronunciation_left_out():
    shared = (
        "<sst><si><r><t>Jo </t></r><r><t>Bloggs</t></r><rPh><t>JO</t></rPh></si>"
        "<si><t>_x0041_</t></si></sst>"
    )
    sheet = (
        '<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row></sheetData>'
        "</worksheet>"
    )

    assert converted(raw_xlsx(sheet, shared), "a.xlsx") == "Jo Bloggs,A\n"


def test_days_may_be_counted_from_1904():
    def change(sheet):
        sheet.parent.epoch = CALENDAR_MAC_1904

    content = xlsx([["a"], [MOMENT]], change)

    assert converted(content, "a.xlsx") == "a\n2026-01-05 09:30:00\n"


def test_a_macro_workbook_is_read_alike():
    assert converted(xlsx([["a"], [1]]), "a.XLSM") == "a\n1\n"


def test_a_workbook_without_cells_is_an_empty_file():
    assert converted(xlsx([]), "a.xlsx") == ""


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("<c><v>1.2.3</v></c>", id="number that is none"),
        pytest.param("<c><v>inf</v></c>", id="endless number"),
        pytest.param("<c><v>1_0</v></c>", id="number of another language"),
        pytest.param('<c t="d"><v>2026-13-01</v></c>', id="date that is none"),
        pytest.param('<c t="s"><v>7</v></c>', id="text that is not there"),
    ],
)
def test_an_unreadable_value_is_refused(cell):
    content = raw_xlsx(f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>")

    with pytest.raises(FileRefused) as caught:
        converted(content, "a.xlsx")

    assert caught.value.message == UNREADABLE_VALUES


@pytest.mark.parametrize("value", [-1, 2_958_466], ids=["before the first", "after the last"])
def test_a_date_that_does_not_exist_is_refused(value):
    def change(sheet):
        sheet["A2"].number_format = "dd/mm/yyyy"

    with pytest.raises(FileRefused, match="try saving it as a CSV instead"):
        converted(xlsx([["a"], [value]], change), "a.xlsx")
