"""What differs between two versions of a template, field by field. Pure but for what it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from templates_app.models import Template, TemplateHistory
from templates_app.versions import CHANGEABLE
from templates_app.word_diff import Run, word_diff

# Fields that people write, and that are compared word by word.
TEXTS = ("name", "subject", "content", "letter_welsh_subject", "letter_welsh_content")
_COMPARED = (*CHANGEABLE, "archived")
# Of a new template alone.
_FIXED = ("template_type", "folder_id")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that has another value.

    Attributes:
        field: as the template has it.
        before: as JSON has it; None where there was nothing.
        after: likewise.
        words: what stays, comes and goes, for texts alone.
    """

    field: str
    before: Any
    after: Any
    words: tuple[Run, ...] | None


def values_of(row: Template | TemplateHistory) -> dict[str, Any]:
    """Return what is compared of a template or a version, as JSON has it."""
    return {name: plain(getattr(row, name)) for name in _COMPARED}


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return str(value) if isinstance(value, UUID) else value


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the fields that differ, in the order in which people read them."""
    return [
        _difference(name, before.get(name), after.get(name))
        for name in (*_FIXED, *_COMPARED)
        if before.get(name) != after.get(name)
    ]


def _difference(name: str, before: Any, after: Any) -> Difference:
    words = tuple(word_diff(before or "", after or "")) if name in TEXTS else None
    return Difference(name, before, after, words)
