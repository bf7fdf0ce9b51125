"""Tables of inputs and what they become, shared by the tests of rendering."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent / "examples"


def rows(*names):
    """Return the rows of the named tables."""
    return [row for name in names for row in json.loads((FOLDER / f"{name}.json").read_text())]
