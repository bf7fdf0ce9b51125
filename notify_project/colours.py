"""Know which texts are colours."""

import re

_is_colour = re.compile(r"#[0-9a-fA-F]{6}").fullmatch


def is_colour(text: str) -> bool:
    """Whether a text is a colour in the form ``#rrggbb``."""
    return _is_colour(text) is not None
