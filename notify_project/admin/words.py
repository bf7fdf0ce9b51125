"""Words on pages for what the API calls by a code."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList

_WORDS: Final = {"sms": "text", "nhs": "NHS", "gp": "GP"}


def in_words(label: object) -> str:
    """Return the label of a choice as a sentence has it; one that somebody worded stays."""
    text = str(label)
    if not text.istitle():
        return text
    words = " ".join(_WORDS.get(word, word) for word in text.lower().split())
    return words[:1].upper() + words[1:]


def word_column(field: str, description: str) -> Callable[[Any, Any], str]:
    """Return a column of a list, or a line of a page, that says a choice in words."""

    @admin.display(description=description, ordering=field)
    def shown(_: Any, row: Any) -> str:
        return in_words(getattr(row, f"get_{field}_display")())

    return shown


class WordsFilter(admin.ChoicesFieldListFilter):
    """A filter by the choices of a field, in words."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield what the template needs."""
        for choice in super().choices(changelist):
            yield {**choice, "display": in_words(choice["display"])}
