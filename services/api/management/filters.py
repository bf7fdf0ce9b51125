"""What lists of the management API are asked for, and reasons that changes are given."""

from typing import Any

from django_filters.rest_framework import FilterSet, IsoDateTimeFilter
from rest_framework import serializers

LONGEST_REASON = 500
_HELP = "It is kept with the audit, so name nobody."


class Period(FilterSet):  # type: ignore[misc]  # without types
    """The time at which something happened."""

    since = IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", help_text="From then on.")
    until = IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", help_text="Before then.")


class NoteSerializer(serializers.Serializer[Any]):
    """A change that may be given a reason."""

    reason = serializers.CharField(
        max_length=LONGEST_REASON, required=False, allow_blank=True, default="", help_text=_HELP
    )


class ReasonSerializer(serializers.Serializer[Any]):
    """A change that must be given a reason."""

    reason = serializers.CharField(max_length=LONGEST_REASON, help_text=_HELP)
