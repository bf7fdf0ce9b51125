"""Write the date of a letter as it is printed."""

from datetime import date
from typing import Literal

Language = Literal["english", "welsh"]

_MONTHS: dict[Language, tuple[str, ...]] = {
    "english": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "welsh": (
        *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin"),
        *("Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
    ),
}


def printed_date(day: date, language: Language = "english") -> str:
    """Return a day as ``5 January 2026``; letters bear the London day of their creation."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"
