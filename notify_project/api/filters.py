"""Filters of lists that refuse what they cannot read, instead of showing everything."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db import models
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

_OF_PAGES = frozenset({"cursor", "page_size"})
WORDS = {"true": True, "false": False}


class _TrueOrFalse(forms.Field):
    def to_python(self, value: Any) -> bool | None:
        """Read a word."""
        if value in self.empty_values:
            return None  # nobody asks
        if value not in WORDS:
            raise FormError("Must be true or false.")
        return WORDS[value]


class TrueOrFalseFilter(filters.BooleanFilter):  # type: ignore[misc]  # as above
    """Rows of which something is so, or is not."""

    field_class = _TrueOrFalse


class WholeNumberFilter(filters.NumberFilter):  # type: ignore[misc]  # as above
    """Rows with a number that has no fraction."""

    field_class = forms.IntegerField


_WHOLE_NUMBERS = (
    models.IntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
)


class StrictFilterSet(filters.FilterSet):  # type: ignore[misc]  # as above
    """Filters of which those of switches know two words, and those of counts no fractions."""

    FILTER_DEFAULTS = {
        **filters.FilterSet.FILTER_DEFAULTS,
        **{kind: {"filter_class": WholeNumberFilter} for kind in _WHOLE_NUMBERS},
        # The usual widget takes what it cannot read for nothing.
        models.BooleanField: {
            "filter_class": TrueOrFalseFilter,
            "extra": lambda _: {"widget": forms.TextInput},
        },
    }


class StrictFilterBackend(filters.DjangoFilterBackend):  # type: ignore[misc]  # as above
    """Filters by the fields that a resource names."""

    filterset_base = StrictFilterSet

    def get_filterset(self, request: Request, queryset: Any, view: Any) -> Any:
        """Return the filters, set as the caller asks.

        Raises:
            ValidationError: one is empty, or is none: whoever sends it does not mean everything.
        """
        filterset = super().get_filterset(request, queryset, view)
        names = set(filterset.filters) if filterset is not None else set()
        known = names | _OF_PAGES | getattr(view, "asked_besides", frozenset())
        if view.action == "list" and (unknown := sorted(request.query_params.keys() - known)):
            raise ValidationError({name: ["There is no such filter"] for name in unknown})
        empty = [name for name in names if request.query_params.get(name) == ""]
        if empty:
            raise ValidationError({name: ["This may not be empty."] for name in empty})
        return filterset
