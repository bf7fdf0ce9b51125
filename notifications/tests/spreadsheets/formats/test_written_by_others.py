"""Whatever other programs write into spreadsheets comes back."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.tests.spreadsheets.files import converted, ods, row, table, xls, xlsx

# XML holds no control characters; ends of lines and of texts are tested by themselves.
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"),
    max_size=40,
).map(lambda text: f"[{text}]")
WHOLE = st.integers(-(10**14), 10**14)
# Eighths are exact in every format.
BROKEN = st.integers(-(10**6), 10**6).map(lambda number: number / 8)
CELLS = st.one_of(TEXTS, st.booleans(), WHOLE, BROKEN)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=6)


def text_of(value):
    is_whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if is_whole else value)


@pytest.mark.parametrize(("write", "name"), [(xlsx, "a.xlsx"), (xls, "a.xls")], ids=["xlsx", "xls"])
@given(rows=ROWS)
@settings(deadline=None, max_examples=50)
def test_texts_numbers_and_truths_come_back(write, name, rows):
    header = [f"column {number}" for number in range(6)]

    text = converted(write([header, *rows]), name)

    assert list(csv.reader(io.StringIO(text))) == [header, *([*map(text_of, r)] for r in rows)]


@given(rows=st.lists(st.lists(TEXTS, min_size=1, max_size=6), min_size=1, max_size=6))
@settings(deadline=None)
def test_texts_of_open_documents_come_back(rows):
    header = [f"column {number}" for number in range(6)]

    text = converted(ods(table(*(row(*r) for r in [header, *rows]))), "a.ods")

    assert list(csv.reader(io.StringIO(text))) == [header, *rows]
