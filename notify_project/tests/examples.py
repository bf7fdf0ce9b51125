"""The contract's examples: rows of data, kept beside the tests of what they are about."""

import json
from pathlib import Path
from typing import Any

import pytest


def examples(test_file: str, *names: str) -> list[dict[str, Any]]:
    """Return the rows of named tables, which lie in ``examples`` beside the file of tests."""
    folder = Path(test_file).parent / "examples"
    return [row for name in names for row in json.loads((folder / f"{name}.json").read_text())]


def cases(test_file: str, *names: str) -> list[Any]:
    """Return the rows as parameters of a test, each with the table and its number as id."""
    return [
        pytest.param(row, id=f"{name}-{number}")
        for name in names
        for number, row in enumerate(examples(test_file, name), start=1)
    ]
