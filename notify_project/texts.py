"""Know which texts the database can hold."""

import re

_has_unstorable = re.compile("[\0\ud800-\udfff]").search


def is_storable(text: str) -> bool:
    """Whether a text has neither null characters nor halves of surrogate pairs."""
    return not _has_unstorable(text)
