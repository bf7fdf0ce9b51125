"""What lists of the management API can be asked for."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import FilterSet, IsoDateTimeFilter


class _Instant(IsoDateTimeField):  # type: ignore[misc]  # without types
    """A time in UTC: PostgreSQL knows fewer differences to it than Python does."""

    def to_python(self, value: Any) -> datetime | None:
        """Read a time."""
        given: datetime | None = super().to_python(value)
        try:
            return given and given.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class InstantFilter(IsoDateTimeFilter):  # type: ignore[misc]  # without types
    """Rows from before or after an instant."""

    field_class = _Instant


class Period(FilterSet):  # type: ignore[misc]  # without types
    """The time at which something happened."""

    since = InstantFilter(field_name="created_at", lookup_expr="gte", help_text="From then on.")
    until = InstantFilter(field_name="created_at", lookup_expr="lt", help_text="Before then.")
