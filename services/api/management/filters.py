"""What lists of the management API can be asked for."""

from django_filters.rest_framework import FilterSet, IsoDateTimeFilter


class Period(FilterSet):  # type: ignore[misc]  # without types
    """The time at which something happened."""

    since = IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", help_text="From then on.")
    until = IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", help_text="Before then.")
