"""Values as their JSON type says: no number for a text, no 0 for false."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

# A field's kind, the kinds of value that it takes, and how it says so. Django REST framework reads
# what is close to them, too: 0 as false, 1 as the text "1", "1" as a number, "" as no id.
_KINDS: Final[tuple[tuple[type, tuple[type, ...], str], ...]] = (
    (serializers.BooleanField, (bool,), "Must be true or false."),
    (serializers.IntegerField, (int,), "A whole number is needed."),
    (serializers.CharField, (str,), "A text is needed."),
)


def wrong_types(serializer: Any, body: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with the types of a body's values, by the names of the fields."""
    found = {name: _problem(serializer.fields[name], value) for name, value in body.items()}
    return {name: [problem] for name, problem in found.items() if problem}


def _problem(field: Any, value: Any) -> str:
    if value is None:
        return ""  # whether that may be is the field's own rule
    if isinstance(field, serializers.RelatedField):
        return "An id is needed." if value == "" else ""
    for kind, types, problem in _KINDS:
        if isinstance(field, kind):
            is_number = isinstance(value, bool) and bool not in types
            return problem if is_number or not isinstance(value, types) else ""
    return ""
