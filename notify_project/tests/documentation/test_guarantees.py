"""Each promise names tests, and they are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "guarantees.md").read_text()
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)


def cells(heading):
    """Return the cells of each row of the table below a heading."""
    table = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip(" *") for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_test_that_is_named_exists():
    missing = [
        f"{path}::{name}"
        for path, name in NAMED
        if not (ROOT / path).is_file() or f"def {name}(" not in (ROOT / path).read_text()
    ]

    assert (missing, len(NAMED) > 20) == ([], True)


def test_every_promise_is_said_how_it_is_kept_and_proved():
    promises = [row[0] for row in cells("What is promised")]
    kept = {row[0]: row for row in cells("How each promise is kept")}

    assert [each for each in promises if each not in kept] == []
    assert [name for name, row in kept.items() if "::" not in row[2]] == []
