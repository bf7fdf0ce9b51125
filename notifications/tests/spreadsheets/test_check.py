import csv
import subprocess
import sys
from pathlib import Path

import pytest

from notifications.spreadsheets.check import check
from notifications.spreadsheets.problems import Kind
from notifications.tests.spreadsheets.files import ods, raw_xlsx, table, xls
from notifications.tests.spreadsheets.templates import FakeTemplate

TEMPLATE = FakeTemplate("sms", "Hi ((name))")


def checked(*rows, template=TEMPLATE, permissions=(), **options):
    header = {"sms": "phone number", "email": "email address"}[template.template_type]
    lines = [f"{header},name\n", *(f"{each}\n" for each in rows)]
    return check(lines, template, set(permissions), **options)


def test_rows_are_counted_by_what_is_wrong_with_them():
    found = checked("07700900205,Jo", "abc,Jo", "abc,", ",", f"07700900205,{'x' * 919}")

    assert found.row_count == 5
    assert found.wrong_row_count == 4
    assert found.wrong == {Kind.RECIPIENT: 2, Kind.MISSING: 2, Kind.TOO_LONG: 1}


def test_the_preview_is_of_the_first_rows():
    found = checked(*["07700900205,Jo"] * 60)

    assert [row.number for row in found.preview] == list(range(50))


def test_the_preview_is_of_wrong_rows_if_there_are_any():
    found = checked(*["07700900205,Jo", "abc,Jo"] * 60)

    assert [row.number for row in found.preview] == list(range(1, 100, 2))


def test_texts_to_other_countries_are_counted():
    found = checked(
        "+33612345678,Jo",
        "07700900205,Jo",
        "07797 712345,Jo",
        permissions=["international_sms"],
    )

    # The islands have numbers of their own, but need no permission.
    assert found.international == 1


def test_people_outside_the_team_are_counted():
    allowed = {"447700900205"}

    found = checked("07700 900205,Jo", "07700900206,Jo", "abc,Jo", is_allowed=allowed.__contains__)

    assert found.strangers == 1


def test_rows_beyond_what_can_be_sent_are_only_counted():
    seen = []
    rows = ["07700900205,Jo"] * 100_000 + ["abc,"] * 3

    found = checked(*rows, see=lambda row, _: seen.append(row.number))

    assert found.row_count == 100_003
    assert found.wrong_row_count == 0
    assert len(seen) == 100_000


# Converts and checks a file in a process of its own; prints MB above the process, rows and errors.
MEASURE = """
import sys
from pathlib import Path
from notifications.spreadsheets.check import check
from notifications.spreadsheets.convert import to_csv_text
from notifications.spreadsheets.rows import lines_of
from notifications.tests.spreadsheets.templates import FakeTemplate

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024

template = FakeTemplate("sms", "((name)) ((reference number)) ((date)) ((place))")
before = peak()
with open(sys.argv[1], "rb") as stream:
    csv_text = to_csv_text(stream, sys.argv[1])
checked = check(lines_of(csv_text), template, set())
print(peak() - before, checked.row_count, checked.wrong_row_count)
"""
HEADER = ["phone number", "name", "reference number", "date", "place"]


def many_rows(count):
    for number in range(count):
        phone = f"07700{900_000 + number % 1000}" if number % 2 else "not a number"
        yield [phone, f"Name {number}", str(number), f"{number % 28 + 1} January", "1 High Street"]


def as_csv(path):
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *many_rows(100_000)])


def as_xlsx(path):
    texts = {}
    rows = (
        "".join(f'<c t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>' for cell in cells)
        for cells in [HEADER, *many_rows(100_000)]
    )
    sheet = "".join(f"<row>{cells}</row>" for cells in rows)
    shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
    path.write_bytes(
        raw_xlsx(f"<worksheet><sheetData>{sheet}</sheetData></worksheet>", f"<sst>{shared}</sst>")
    )


def as_xls(path):
    path.write_bytes(xls([HEADER, *many_rows(65_000)]))


def as_ods(path):
    before = '<table:table-cell office:value-type="string"><text:p>'
    after = "</text:p></table:table-cell>"
    rows = (
        f"<table:table-row>{before}{(after + before).join(cells)}{after}</table:table-row>"
        for cells in [HEADER, *many_rows(100_000)]
    )
    path.write_bytes(ods(table(*rows)))


@pytest.mark.parametrize(
    ("write", "extension", "rows"),
    [
        pytest.param(as_csv, "csv", 100_000, id="csv"),
        pytest.param(as_xlsx, "xlsx", 100_000, id="xlsx"),
        pytest.param(as_xls, "xls", 65_000, id="xls"),
        pytest.param(as_ods, "ods", 100_000, id="ods"),
    ],
)
def test_a_large_file_is_checked_with_little_memory(write, extension, rows, tmp_path):
    path = tmp_path / f"large.{extension}"
    write(path)

    done = subprocess.run(
        [sys.executable, "-c", MEASURE, path],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )

    megabytes, *counts = map(int, done.stdout.split())
    assert counts == [rows, rows // 2]
    assert megabytes <= 100
