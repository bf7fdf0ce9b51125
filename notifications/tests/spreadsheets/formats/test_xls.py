import re
import struct
from datetime import date, datetime, time

import pytest
import python_calamine
import xlwt

from notifications.spreadsheets.refusals import UNREADABLE, FileRefused
from notifications.tests.spreadsheets.files import converted, xls

MOMENT = datetime.fromisoformat("2026-01-05T09:30:00")
DATE, TIME, DURATION = (
    xlwt.easyxf(num_format_str=code) for code in ("DD/MM/YYYY HH:MM", "HH:MM:SS", "[h]:mm")
)


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        pytest.param("07700900205", None, "07700900205", id="text of digits"),
        pytest.param(7700900205, None, "7700900205", id="whole number"),
        pytest.param(447700900205.0, None, "447700900205", id="whole number with a point"),
        pytest.param(12, None, "12", id="packed number"),
        pytest.param(-12, None, "-12", id="negative packed number"),
        pytest.param(1.25, None, "1.25", id="broken number"),
        pytest.param(12.34, None, "12.34", id="packed hundredths"),
        pytest.param(True, None, "True", id="true"),
        pytest.param(date(2026, 1, 5), DATE, "2026-01-05 00:00:00", id="date"),
        pytest.param(MOMENT, DATE, "2026-01-05 09:30:00", id="date and time"),
        pytest.param(time(9, 30), TIME, "09:30:00", id="time"),
        pytest.param(26.5 / 24, DURATION, "26:30:00", id="duration"),
        pytest.param("x, y", None, '"x, y"', id="comma"),
        pytest.param("Zoë €", None, "Zoë €", id="not ASCII"),
        pytest.param("two\nlines", None, '"two\nlines"', id="line break"),
    ],
)
def test_a_cell_becomes_text(value, style, text):
    def change(sheet):
        sheet.write(1, 1, value, *[style] if style else [])

    content = xls([["phone number", "name"], ["x"]], change)

    assert converted(content, "a.xls") == f"phone number,name\nx,{text}\n"


def test_the_first_sheet_that_is_not_hidden_is_read():
    def change(sheet):
        sheet.visibility = 1
        workbook = sheet._Worksheet__parent
        workbook.add_sheet("very hidden").visibility = 2
        workbook.add_sheet("seen").write(0, 0, "phone number")
        workbook.set_active_sheet(2)

    assert converted(xls([["hidden"]], change), "a.xls") == "phone number\n"


def test_hidden_rows_and_columns_are_left_out():
    def change(sheet):
        sheet.row(2).hidden = True
        sheet.row(3).hidden = True
        sheet.col(1).hidden = True

    rows = [["a", "b", "c"], [1, 2, 3], [4, 5, 6], [], [7, 8, 9]]

    assert converted(xls(rows, change), "a.xls") == "a,c\n1,3\n7,9\n"


def test_merged_cells_all_have_the_value_of_the_first():
    def change(sheet):
        sheet.write_merge(1, 3, 1, 2, "x")

    assert converted(xls([["a", "b", "c"], [1]], change), "a.xls") == "a,b,c\n1,x,x\n,x,x\n,x,x\n"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        pytest.param(struct.pack("<d", 1.5), ",1.5", id="number"),
        pytest.param(b"\x01\0\x01\0\0\0\xff\xff", ",True", id="true"),
        pytest.param(b"\x02\0\x2a\0\0\0\xff\xff", "", id="error"),
        pytest.param(b"\x03\0\0\0\0\0\xff\xff", "", id="nothing"),
    ],
)
def test_a_formula_is_what_it_last_resulted_in(result, text):
    def change(sheet):
        sheet.write(1, 1, xlwt.Formula("1+1"))

    content = bytearray(xls([["a", "b"], ["x"]], change))
    # Row, column and style of the formula stand before its result.
    record = re.search(rb"\x06\0..\x01\0\x01\0..", content, re.DOTALL)
    content[record.end() : record.end() + 8] = result

    assert converted(bytes(content), "a.xls") == f"a,b\nx{text}\n"


def test_texts_that_go_on_in_further_records_are_read_like_another_reader_does(tmp_path):
    rows = [["a", "b"]] + [
        [f"{number} {'x' * (number * 37 % 900)}", f"{number} {'日本€' * (number * 11 % 300)}"]
        for number in range(200)
    ]
    path = tmp_path / "a.xls"
    path.write_bytes(xls(rows))

    text = converted(path.read_bytes(), "a.xls")

    other = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()
    assert other == rows
    assert text == "".join(f"{','.join(row)}\n" for row in rows)


def test_a_workbook_of_many_sectors_is_read_to_its_end():
    rows = [[f"{number:020}", number] for number in range(5_000)]

    lines = converted(xls(rows), "a.xls").splitlines()

    assert len(lines) == 5_000
    assert lines[-1] == f"{4_999:020},4999"


def test_a_password_is_refused():
    content = bytearray(xls([["a"]]))
    record = content.find(b"\x09\x08\x10\x00")  # the workbook's first record
    content[record + 20 : record + 22] = b"\x2f\x00"

    with pytest.raises(FileRefused) as caught:
        converted(bytes(content), "a.xls")

    assert caught.value.message == UNREADABLE
