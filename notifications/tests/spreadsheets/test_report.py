import io

import pytest

from notifications.spreadsheets.check import check
from notifications.spreadsheets.outcome import Circumstances, find_refusal
from notifications.spreadsheets.report import Entry, Report, entries_of_names, entries_of_row
from notifications.tests.spreadsheets.templates import FakeTemplate


def entries_of(text, kind, content):
    entries = []

    def see(row, columns):
        entries.extend(entries_of_row(row, columns))

    check(io.StringIO(text), FakeTemplate(kind, content), set(), see=see)
    return entries


def test_every_wrong_cell_is_an_entry():
    text = "Phone Number,NAME\n07700900205,Jo\nabc,\n"

    assert entries_of(text, "sms", "Hi ((name))") == [
        Entry(3, "NAME", "", "Enter a value"),
        Entry(
            3,
            "Phone Number",
            "abc",
            "Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -",
        ),
    ]


def test_a_wrong_address_is_shown_as_a_whole():
    text = "address line 1,address line 2,address line 3,postcode\nJo,,1 High St,nope\n"

    assert entries_of(text, "letter", "Hi") == [
        Entry(2, "", "Jo, 1 High St, nope", "Last line of the address must be a real UK postcode")
    ]


def test_a_message_that_is_too_long_says_by_how_much():
    text = f"phone number,m\n07700900205,{'x' * 920}\n"

    assert entries_of(text, "sms", "((m))") == [
        Entry(2, "", "", "Shorten the message by 2 characters")
    ]


def test_names_of_columns_are_in_the_first_row():
    checked = check(["name\n", "Jo\n"], FakeTemplate("sms", "Hi"), set())

    entries = list(entries_of_names(find_refusal(checked, Circumstances())))

    assert entries == [Entry(1, "", "", "Your file needs a column called ‘phone number’.")]


def test_a_report_is_a_file_for_spreadsheet_programs():
    stream = io.StringIO()

    Report(stream).add([Entry(2, "name", 'a, "b"', "Enter a value")])

    assert stream.getvalue() == (
        'row,column,value,what to do\r\n2,name,"a, ""b""",Enter a value\r\n'
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+44 (0)7700-900", "+44 (0)7700-900"),
        ("-1.5", "-1.5"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-x", "'-x"),
        ("a=1", "a=1"),
    ],
)
def test_no_value_becomes_a_formula(value, written):
    stream = io.StringIO()

    Report(stream).add([Entry(2, "name", value, "")])

    assert stream.getvalue().splitlines()[1] == f"2,name,{written},"
