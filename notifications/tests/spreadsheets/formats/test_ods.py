import pytest

from notifications.spreadsheets.refusals import UNREADABLE_VALUES, FileRefused
from notifications.tests.spreadsheets.files import cell, converted, ods, row, table, typed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(cell("07700900205"), "07700900205", id="text of digits"),
        pytest.param(typed("float", value="7700900205"), "7700900205", id="whole number"),
        pytest.param(typed("float", value="447700900205.0"), "447700900205", id="with a point"),
        pytest.param(typed("float", value="7.7009002E9"), "7700900200", id="with an exponent"),
        pytest.param(typed("float", value="1.5"), "1.5", id="broken number"),
        pytest.param(typed("percentage", value="0.5"), "0.5", id="percentage"),
        pytest.param(typed("currency", value="12"), "12", id="currency"),
        pytest.param(typed("boolean", **{"boolean-value": "true"}), "True", id="true"),
        pytest.param(typed("boolean", **{"boolean-value": "false"}), "False", id="false"),
        pytest.param(
            typed("date", **{"date-value": "2026-01-05"}), "2026-01-05 00:00:00", id="date"
        ),
        pytest.param(
            typed("date", **{"date-value": "2026-01-05T09:30:00"}),
            "2026-01-05 09:30:00",
            id="date and time",
        ),
        pytest.param(typed("time", **{"time-value": "PT09H30M00S"}), "09:30:00", id="time"),
        pytest.param(typed("time", **{"time-value": "PT26H05M00.5S"}), "26:05:00", id="duration"),
        pytest.param(typed("time", **{"time-value": "PT30M"}), "00:30:00", id="minutes"),
        pytest.param(typed("time", **{"time-value": "P1DT2H"}), "26:00:00", id="days"),
        pytest.param(
            '<table:table-cell office:value-type="string" calcext:value-type="error" xmlns:calcext='
            '"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
            "<text:p>#N/A</text:p></table:table-cell>",
            "",
            id="error",
        ),
        pytest.param(cell("x, y"), '"x, y"', id="comma"),
        pytest.param(cell("two\nlines"), '"two\nlines"', id="two paragraphs"),
        pytest.param(
            '<table:table-cell office:value-type="string"><text:p>a<text:s text:c="2"/>b'
            "<text:tab/>c<text:line-break/><text:span>d</text:span></text:p></table:table-cell>",
            '"a  b\tc\nd"',
            id="white space and spans",
        ),
        pytest.param(
            '<table:table-cell office:value-type="string"><office:annotation><text:p>comment'
            "</text:p></office:annotation><text:p>x</text:p></table:table-cell>",
            "x",
            id="comment",
        ),
        pytest.param(
            '<table:table-cell office:value-type="string" office:string-value="x"/>',
            "x",
            id="text in an attribute",
        ),
    ],
)
def test_a_cell_becomes_text(value, text):
    content = ods(table(row("a", "b"), row("x", value)))

    assert converted(content, "a.ods") == f"a,b\nx,{text}\n".replace("x,\n", "x\n")


def test_the_first_sheet_that_is_not_hidden_is_read():
    styles = (
        '<style:style style:name="ta1"><style:table-properties table:display="false"/>'
        '</style:style><style:style style:name="ta2"><style:table-properties/></style:style>'
    )
    tables = [
        table(row("hidden"), attributes='table:style-name="ta1"'),
        table(row("seen"), attributes='table:style-name="ta2"'),
        table(row("also seen")),
    ]

    assert converted(ods("".join(tables), styles), "a.ods") == "seen\n"


def test_hidden_rows_and_columns_are_left_out():
    columns = (
        '<table:table-column/><table:table-column table:visibility="collapse"/>'
        '<table:table-column table:number-columns-repeated="1022"/>'
    )
    rows = [
        row("a", "b", "c"),
        row("1", "2", "3"),
        row("4", "5", "6", attributes='table:visibility="filter"'),
        row(attributes='table:visibility="collapse" table:number-rows-repeated="3"'),
        row("7", "8", "9"),
    ]

    assert converted(ods(table(*rows, columns=columns)), "a.ods") == "a,c\n1,3\n7,9\n"


def test_merged_cells_all_have_the_value_of_the_first():
    merged = (
        '<table:table-cell office:value-type="string" table:number-columns-spanned="2" '
        'table:number-rows-spanned="2"><text:p>x</text:p></table:table-cell>'
        "<table:covered-table-cell/>"
    )
    covered = '<table:covered-table-cell table:number-columns-repeated="2"/>'
    content = ods(table(row("a", "b", "c"), row("1", merged), row("2", covered)))

    assert converted(content, "a.ods") == "a,b,c\n1,x,x\n2,x,x\n"


def test_repeated_cells_and_rows_are_all_there():
    repeated = (
        '<table:table-cell table:number-columns-repeated="2" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell>"
    )
    content = ods(
        table(
            row("a", "b", "c"),
            row("1", repeated, attributes='table:number-rows-repeated="2"'),
            row(attributes='table:number-rows-repeated="2"'),
            row('<table:table-cell table:number-columns-repeated="2"/>', "y"),
            row(attributes='table:number-rows-repeated="1048570"'),
        )
    )

    assert converted(content, "a.ods") == "a,b,c\n1,x,x\n1,x,x\n\n\n,,y\n"


def test_a_spreadsheet_without_cells_is_an_empty_file():
    assert converted(ods(table()), "a.ods") == ""


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(typed("float", value="x"), id="number"),
        pytest.param(typed("date", **{"date-value": "05/01/2026"}), id="date"),
        pytest.param(typed("time", **{"time-value": "09:30"}), id="time"),
    ],
)
def test_an_unreadable_value_is_refused(value):
    with pytest.raises(FileRefused) as caught:
        converted(ods(table(row(value))), "a.ods")

    assert caught.value.message == UNREADABLE_VALUES
