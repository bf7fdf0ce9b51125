import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.spreadsheets.convert import stored_file_name, to_csv_text
from notifications.spreadsheets.refusals import (
    MAX_FILE_BYTES,
    NOT_A_SPREADSHEET,
    NOT_UTF8,
    TOO_LARGE,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    UNREADABLE,
    FileRefused,
)
from notifications.spreadsheets.rows import lines_of
from notifications.tests.spreadsheets.files import converted, ods, row, table, xls, xlsx


def shown(cell):
    """Return a cell as it comes back: with one kind of line break."""
    for end in ("\r\n", *"\r\v\f\x85\u2028\u2029"):
        cell = cell.replace(end, "\n")
    return cell


def written(rows, **options):
    text = io.StringIO()
    csv.writer(text, **options).writerows(rows)
    return text.getvalue().encode()


def read_back(csv_text):
    return list(csv.reader(lines_of(csv_text)))


def refusal(content, file_name):
    with pytest.raises(FileRefused) as caught:
        to_csv_text(io.BytesIO(content), file_name)
    return caught.value.message


@pytest.mark.parametrize(
    "file_name", ["a.txt", "a.pdf", "a", "csv", "a.csv.zip", "", "a.numbers"], ids=repr
)
def test_other_kinds_of_file_are_refused(file_name):
    assert refusal(b"a", file_name) == NOT_A_SPREADSHEET


@pytest.mark.parametrize("file_name", ["a.csv", "A.CSV", "a.b.Csv", "folder/a.csv"])
def test_the_extension_may_be_written_in_any_case(file_name):
    assert converted(b"a", file_name) == "a\n"


def test_a_file_of_just_the_greatest_size_is_read():
    assert converted(b"a" + b"\n" * (MAX_FILE_BYTES - 1), "a.csv") == "a\n"


@pytest.mark.parametrize("file_name", ["a.csv", "a.tsv", "a.xlsx", "a.xls", "a.ods"])
def test_a_file_that_is_too_large_is_refused(file_name):
    assert refusal(b"a" * (MAX_FILE_BYTES + 1), file_name) == TOO_LARGE


@pytest.mark.parametrize(
    "end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f"], ids=repr
)
@pytest.mark.parametrize(("file_name", "delimiter"), [("a.csv", ","), ("a.tsv", "\t")])
def test_all_ends_of_lines_are_the_same(file_name, delimiter, end):
    content = end.join([f"a{delimiter}b", "1", f'2{delimiter}"two{end}lines"', ""]).encode()

    assert converted(content, file_name) == 'a,b\n1\n2,"two\nlines"\n'


def test_a_byte_order_mark_is_not_part_of_a_name():
    assert converted("\ufeffphone number\n".encode(), "a.csv") == "phone number\n"


def test_only_commas_and_tabs_part_columns():
    assert converted(b"a;b\tc", "a.csv") == "a;b\tc\n"
    assert converted(b"a;b\tc,d", "a.tsv") == 'a;b,"c,d"\n'


def test_a_comma_at_the_end_of_tab_separated_text_is_a_value():
    assert converted(b"a\tb\n1\t,\n", "a.tsv") == 'a,b\n1,","\n'


def test_blank_lines_go_before_and_after_the_rows_and_stay_between_them():
    assert converted(b"\n ,\n\na,b\n\n,\n1,2\n\n, ,\n,,,\n", "a.csv") == "a,b\n\n\n1,2\n"


def test_repeated_columns_at_the_end_that_no_row_uses_are_dropped():
    content = b"email address,item,Item,item,item,item\nx,1,,2,,\ny,1\n"

    assert converted(content, "a.csv") == "email address,item,Item,item\nx,1,,2\ny,1\n"


def test_an_unused_column_that_is_not_repeated_stays():
    assert converted(b"a,b\n1,\n", "a.csv") == "a,b\n1\n"


def test_quotes_may_be_around_part_of_a_cell():
    content = b'a, "b" ,c\n"1"2,3"4"5,"6"\n'

    assert converted(content, "a.csv") == 'a,b ,c\n12,"3""4""5",6\n'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'a\n1\n"2\n3\n4', id="quote that is not closed"),
        pytest.param(b"a" * 131_073, id="endless cell"),
        pytest.param(b'"' + b"a,b\n" * 40_000, id="quote that never ends"),
        pytest.param(b"," * 1_000_001 + b"a", id="row that never ends"),
        pytest.param(b'"\n",' * 250_001, id="row of many lines that never ends"),
    ],
)
def test_what_is_no_text_is_refused(content):
    assert refusal(content, "a.csv") == UNREADABLE
    assert refusal(content.replace(b",", b"\t"), "a.tsv") == UNREADABLE


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("né".encode("cp1252"), id="cp1252"),
        pytest.param("a,b".encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param("a,b".encode("utf-16")[:-1], id="half a character of utf-16"),
        pytest.param("a,b".encode("utf-32"), id="utf-32"),
        pytest.param(b"a\0b", id="nul"),
        pytest.param(b"\xed\xa0\x80", id="surrogate"),
    ],
)
def test_text_in_another_encoding_is_refused_by_the_name_of_the_right_one(content):
    assert refusal(content, "a.csv") == refusal(content, "a.tsv") == NOT_UTF8
    assert "UTF-8" in NOT_UTF8


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_text_in_utf_16_that_says_so_is_read(encoding):
    mark = "" if encoding == "utf-16" else "\ufeff"

    converted_text = converted(f"{mark}name,b\nZoë,1\n,\n".encode(encoding), "a.csv")

    assert converted_text == "name,b\nZoë,1\n"


XLSX, XLS, ODS = xlsx([["a"]]), xls([["a"]]), ods(table(row("a")))


@pytest.mark.parametrize(
    ("content", "file_name"),
    [
        pytest.param(content, f"a.{extension}", id=f"{kind} as {extension}")
        for kind, content in {
            "xlsx": XLSX,
            "xls": XLS,
            "ods": ODS,
            "csv": b"a,b",
            "nothing": b"",
            "pdf": b"%PDF-1.7",
        }.items()
        for extension in ("xlsx", "xls", "ods")
        if kind != extension
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(content, file_name):
    assert refusal(content, file_name) == UNREADABLE


@pytest.mark.parametrize(
    ("content", "file_name"),
    [
        pytest.param(b"," * 999 + b"a", "a.csv", id="csv"),
        pytest.param(xlsx([[None] * 999 + ["a"]]), "a.xlsx", id="xlsx"),
    ],
)
def test_a_thousand_columns_are_read(content, file_name):
    assert converted(content, file_name) == "," * 999 + "a\n"


@pytest.mark.parametrize(
    ("content", "file_name"),
    [
        pytest.param(b"," * 1000 + b"a", "a.csv", id="csv"),
        pytest.param(b"\t" * 1000 + b"a", "a.tsv", id="tsv"),
        pytest.param(xlsx([[None] * 1000 + ["a"]]), "a.xlsx", id="xlsx"),
        pytest.param(ods(table(row(*["a"] * 1001))), "a.ods", id="ods"),
    ],
)
def test_more_columns_are_refused(content, file_name):
    assert refusal(content, file_name) == TOO_MANY_COLUMNS


def test_blank_names_do_not_count_as_columns():
    assert converted(b"a" + b"," * 2000, "a.csv") == "a\n"


def test_values_far_beyond_the_last_name_are_left_out():
    content = f"a\n1{',' * 49}x\n2{',' * 50}x\n{',' * 60}x\n".encode()

    assert converted(content, "a.csv") == f"a\n1{',' * 49}x\n2\n"


def test_wide_files_keep_all_columns_that_have_a_name():
    content = ("a" + ",a" * 99 + "\n" + "1" + ",1" * 200).encode()

    assert converted(content, "a.csv").splitlines()[1] == "1" + ",1" * 99


def test_two_hundred_thousand_rows_are_read_and_no_more():
    rows = b"a\n" * 200_000

    assert converted(b"a\n" + rows + b"\n" * 9, "a.csv").count("\n") == 200_001
    assert refusal(b"a\n" + rows + b"\na", "a.csv") == TOO_MANY_ROWS


@pytest.mark.parametrize("line", [b"\n", b",\n"], ids=["blank", "commas only"])
def test_blank_rows_count_where_something_follows(line):
    assert refusal(b"a\n" + line * 200_000 + b"a", "a.csv") == TOO_MANY_ROWS


def test_a_spreadsheet_that_repeats_a_row_for_ever_is_refused():
    repeated = row("x", attributes='table:number-rows-repeated="1000000"')

    assert refusal(ods(table(repeated)), "a.ods") == TOO_MANY_ROWS


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        pytest.param("people.csv", "people.csv", id="ascii"),
        pytest.param("Zoë’s ‘list’ – ½.csv", "Zoe's 'list' - ?.csv", id="not ascii"),
        pytest.param("a" * 2000, "a" * 1600, id="long"),
    ],
)
def test_a_file_name_is_kept_in_ascii_and_not_endless(given_name, kept):
    assert stored_file_name(given_name) == kept


# Neither what no file may hold nor the space at both ends that is not looked at.
CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).map(
    lambda text: f"<{text}>"
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=8), min_size=1, max_size=8)


@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n", "\r"]), delimiter=st.sampled_from(",\t"))
@settings(deadline=None)
def test_rows_come_back_as_they_were_written(rows, end, delimiter):
    rows = [[f"column {number}" for number in range(8)], *rows]
    content = written(rows, lineterminator=end, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    file_name = "a.csv" if delimiter == "," else "a.tsv"

    csv_text = to_csv_text(io.BytesIO(content), file_name)

    assert read_back(csv_text) == [[shown(cell) for cell in row] for row in rows]
    assert to_csv_text(io.BytesIO(csv_text), "a.csv") == csv_text


@given(st.binary(max_size=2000), st.sampled_from(["csv", "tsv", "xlsx", "xls", "ods"]))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(content, extension):
    try:
        csv_text = to_csv_text(io.BytesIO(content), f"a.{extension}")
    except FileRefused:
        return

    assert read_back(csv_text) is not None
