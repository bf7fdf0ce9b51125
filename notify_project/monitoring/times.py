"""Times as people say them. Pure."""

from datetime import timedelta
from typing import Final

_UNITS: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def in_words(time: timedelta) -> str:
    """Return a time in its two largest units: ``2 h 5 min``, ``45 s``, ``0.4 s``."""
    seconds = time.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s".replace(".0 ", " ")
    left = round(seconds)
    words: list[str] = []
    for unit, size in _UNITS:
        number, rest = divmod(left, size)
        if number:
            words.append(f"{number} {unit}")
        elif words:
            break
        left = rest
        if len(words) == 2:
            break
    return " ".join(words)
