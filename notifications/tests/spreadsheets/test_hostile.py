"""Files that are made to hurt: each is refused soon, and with little memory."""

import io
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from notifications.spreadsheets.convert import to_csv_text
from notifications.spreadsheets.refusals import (
    TOO_LARGE,
    TOO_MANY_COLUMNS,
    UNREADABLE,
    UNREADABLE_VALUES,
    FileRefused,
)
from notifications.tests.spreadsheets.files import ods, raw_xlsx, row, table, xls, xlsx, zipped

MB = 1024 * 1024
SHEET = b"<worksheet><sheetData>"
ONE_CELL = b'<row r="1"><c r="A1" t="str"><v>x</v></c></row></sheetData>'
# The first and the last cell of a sheet: room for all between them would take 500 GB.
DENSE = (
    b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
)
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
)
FOREIGN_FILE = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    '<worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>'
)
# Reads a file in a process of its own and says how much memory that took above the process.
READ = """
import io, sys
from pathlib import Path
from notifications.spreadsheets.convert import to_csv_text
from notifications.spreadsheets.refusals import FileRefused

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024

name = sys.argv[1]
before = peak()
try:
    with open(name, "rb") as stream:
        result = f"{len(to_csv_text(stream, name))} bytes"
except FileRefused as refusal:
    result = refusal.message
print(peak() - before, result)
"""


def numbered(template, count):
    return b"".join(template % number for number in range(count))


def repeated(piece, megabytes):
    return piece * (megabytes * MB // len(piece))


HOSTILE_SHEETS = {
    "entities": (LAUGHS, UNREADABLE),
    "file of the server": (FOREIGN_FILE, UNREADABLE),
    "unpacks to too much": (SHEET + repeated(b" ", 201), TOO_LARGE),
    "many cells": (SHEET + b"<row>" + repeated(b"<c/>", 24), UNREADABLE),
    "many rows": (SHEET + repeated(b"<row/>", 8), UNREADABLE),
    "deeply nested": (SHEET + repeated(b"<a>", 1), UNREADABLE),
    "many names": (SHEET + numbered(b"<a%d/>", 500_000), UNREADABLE),
    "many attributes": (SHEET + numbered(b"<a a%d=''/>", 500_000), UNREADABLE),
    "many namespaces": (SHEET + numbered(b"<a xmlns:a%d='u'/>", 300_000), UNREADABLE),
    "endless attribute": (SHEET + b"<row a='" + repeated(b"x", 20), UNREADABLE),
    "endless text": (SHEET + b"<row><c t='str'><v>" + repeated(b"x", 20), UNREADABLE),
    "endless comment": (SHEET + b"<!--" + repeated(b"x", 20), UNREADABLE),
    "two cells far apart": (SHEET + DENSE + b"</sheetData></worksheet>", "2 bytes"),
    "many merged cells": (
        SHEET + ONE_CELL + b"<mergeCells>" + repeated(b'<mergeCell ref="A1:A9"/>', 5),
        UNREADABLE,
    ),
    "one merged sheet": (
        SHEET + ONE_CELL + b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>',
        TOO_MANY_COLUMNS,
    ),
    "cut off": (SHEET + b"<row><c", UNREADABLE),
    "no XML": (b"phone number", UNREADABLE),
}


def read_elsewhere(content, path):
    """Return how many MB reading took, and what came of it."""
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", READ, path],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    megabytes, _, result = done.stdout.strip().partition(" ")
    return int(megabytes), result


@pytest.mark.parametrize("name", HOSTILE_SHEETS)
def test_a_hostile_sheet_does_no_harm(name, tmp_path):
    sheet, expected = HOSTILE_SHEETS[name]

    megabytes, result = read_elsewhere(raw_xlsx(sheet), tmp_path / "a.xlsx")

    assert result == expected
    assert megabytes <= 100


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(repeated(b"<si><t>ab</t></si>", 20), id="many"),
        pytest.param(b"<si><t>" + repeated(b"x", 39) + b"</t></si>", id="long"),
        pytest.param(repeated(b" ", 41), id="unpacks to too much"),
    ],
)
def test_hostile_shared_texts_are_refused_with_little_memory(texts, tmp_path):
    content = raw_xlsx(SHEET, b"<sst>" + texts + b"</sst>")

    megabytes, result = read_elsewhere(content, tmp_path / "a.xlsx")

    assert result == TOO_LARGE
    assert megabytes <= 100


def test_a_text_that_every_cell_shows_does_not_become_a_huge_file(tmp_path):
    cells = b"<row>" + b'<c t="s"><v>0</v></c>' * 7 + b"</row>"
    sheet = SHEET + cells * 100 + b"</sheetData></worksheet>"
    shared = b"<sst><si><t>" + b"x" * 130_000 + b"</t></si></sst>"

    megabytes, result = read_elsewhere(raw_xlsx(sheet, shared), tmp_path / "a.xlsx")

    assert result == TOO_LARGE
    assert megabytes <= 100


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param(
            table(row("x", attributes='table:number-rows-repeated="999999999"')), id="rows"
        ),
        pytest.param(
            table(
                row("x"),
                *[row(*["y"] * 100, attributes='table:number-rows-repeated="100000"')] * 3,
            ),
            id="rows of many cells",
        ),
        pytest.param(
            table(row("x")).replace("<text:p>x", '<text:p><text:s text:c="999999999"/>'),
            id="spaces",
        ),
    ],
)
def test_a_hostile_repetition_is_refused_with_little_memory(tables, tmp_path):
    megabytes, result = read_elsewhere(ods(tables), tmp_path / "a.ods")

    assert result in {UNREADABLE, TOO_LARGE}
    assert megabytes <= 100


def test_an_archive_that_lies_about_its_size_is_refused():
    content = bytearray(raw_xlsx(SHEET + b" " * MB + b"</sheetData></worksheet>"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    for position in positions_of(struct.pack("<I", size), content):
        content[position : position + 4] = struct.pack("<I", 100)

    assert refusal(bytes(content), "a.xlsx") == UNREADABLE


def test_an_encrypted_part_is_refused():
    content = bytearray(raw_xlsx(SHEET + b"</sheetData></worksheet>"))
    for position in positions_of(b"PK\x01\x02", content):
        content[position + 8] |= 1

    assert refusal(bytes(content), "a.xlsx") == UNREADABLE


@pytest.mark.parametrize(
    "encoding",
    ["big5", "euc-jp", "hex", "idna", "no-such", "punycode", "shift_jis", "utf-32", "utf-7"],
)
def test_an_encoding_that_is_unknown_to_the_parser_is_refused(encoding):
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    sheet = SHEET + ONE_CELL + b"</worksheet>"

    assert refusal(raw_xlsx(declaration + sheet), "a.xlsx") == UNREADABLE


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_other_ways_to_compress_are_refused(method):
    assert refusal(zipped({"content.xml": "<a/>"}, method), "a.ods") == UNREADABLE


def test_an_archive_of_very_many_parts_is_refused():
    parts = {str(number): "" for number in range(10_001)}

    assert refusal(zipped(parts), "a.xlsx") == UNREADABLE


# Readers that reserve the memory these claim are aborted, and their process with them.
XLS_RECORDS = {
    "a sheet as large as the world": (0x0200, "<IIHHH", (0, 0xFFFFFFF0, 0, 0xFFF0, 0)),
    "more texts than the file has room for": (0x00FC, "<II", (0xFFFFFFF0, 0xFFFFFFF0)),
}


@pytest.mark.parametrize("name", XLS_RECORDS)
def test_an_old_workbook_that_claims_to_be_huge_does_no_harm(name, tmp_path):
    kind, form, values = XLS_RECORDS[name]
    content = bytearray(xls([["phone number"]]))
    position = content.index(struct.pack("<H", kind), 512)
    struct.pack_into(form, content, position + 4, *values)

    megabytes, result = read_elsewhere(bytes(content), tmp_path / "a.xls")

    assert result in {UNREADABLE, "13 bytes"}
    assert megabytes <= 100


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("extension", ["xlsx", "xls", "ods"])
def test_damaged_files_are_read_or_refused(extension, seed):
    whole = {
        "xlsx": xlsx([["phone number", "b"], ["07700900205", 1.5]]),
        "xls": xls([["phone number", "b"], ["07700900205", 1.5]]),
        "ods": ods(table(row("phone number", "b"), row("07700900205", "x"))),
    }[extension]
    chance, refusals = random.Random(seed), set()

    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            to_csv_text(io.BytesIO(damaged), f"a.{extension}")
        except FileRefused as error:
            refusals.add(error.message)

    assert refusals
    assert refusals <= {UNREADABLE, UNREADABLE_VALUES, TOO_LARGE}


def positions_of(piece, content):
    position = content.find(piece)
    while position >= 0:
        yield position
        position = content.find(piece, position + 1)


def refusal(content, file_name):
    with pytest.raises(FileRefused) as caught:
        to_csv_text(io.BytesIO(content), file_name)
    return caught.value.message
