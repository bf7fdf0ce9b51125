"""Filters of lists. None of them counts, and what cannot be read is said where it was typed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm

from notify_project import clock
from notify_project.admin.by_key import Period


class ChoiceFilter(admin.SimpleListFilter):
    """One of a few values, by its word."""

    template = "admin/filters/choice.html"
    field = ""
    error = ""

    def given(self) -> str | None:
        """Return the value; None is any."""
        value = self.value()
        return value if value and not self.error else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Return the rows with the value."""
        value = self.value()
        if not value:
            return None
        if value not in {str(key) for key, _ in self.lookup_choices}:
            self.error = "There is no such choice"
            return queryset.none()
        return self.narrow(queryset, value)

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows with a value that there is."""
        return queryset.filter(**{self.field or str(self.parameter_name): value})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield what the template needs."""
        value = self.value()
        yield {"display": "All", "value": "", "selected": not value}
        for key, words in self.lookup_choices:
            yield {"display": words, "value": key, "selected": str(key) == value}


class TypedFilter(admin.SimpleListFilter):
    """One value that is typed, exactly."""

    template = "admin/filters/typed.html"
    field = ""
    is_id = True
    error = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """There is nothing to choose from."""
        return []

    def has_output(self) -> bool:
        """It is there all the same."""
        return True

    def given(self) -> Any:
        """Return the value; None is any."""
        text = (self.value() or "").strip()
        if not text or self.error:
            return None
        return UUID(text) if self.is_id else text

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Return the rows with the value."""
        try:
            value = self.given()
        except ValueError:
            self.error = "This is no id"
            return queryset.none()
        if value is None:
            return None
        return queryset.filter(**{self.field or str(self.parameter_name): value})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield nothing: the template asks the filter."""
        yield from ()


class _LabelledForm(AutocompleteDropdownForm):
    """A field that looks up what is typed, with a name for those who do not see it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(options.get("label", "")).strip()


class FoundByName(AutocompleteSelectFilter):
    """One row of another table, looked up by its name; that table may be long."""

    template = "admin/filters/found_by_name.html"
    form_class = _LabelledForm

    def given(self) -> UUID | None:
        """Return the id; None is any."""
        value = self.value()
        return UUID(str(value)) if value else None


class PeriodFilter(admin.ListFilter):
    """Days in London: some that have names, or from one to another."""

    title = "time, in London"
    template = "admin/filters/period.html"
    names: ClassVar[list[str]] = ["period", "from", "to"]
    words: ClassVar[dict[str, str]] = {
        "today": "Today",
        "yesterday": "Yesterday",
        "week": "Last 7 days",
    }
    error = ""

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.names:
            for value in params.pop(name, [])[-1:]:
                self.used_parameters[name] = value
        self.bounds = self._bounds()

    def has_output(self) -> bool:
        """It is always there."""
        return True

    def expected_parameters(self) -> list[str | None]:
        """Return the names in the address."""
        return list(self.names)

    def given(self) -> Period:
        """Return the days that were chosen."""
        return self.bounds

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Return the rows of these days."""
        if self.bounds.since is not None:
            queryset = queryset.filter(created_at__gte=self.bounds.since)
        if self.bounds.before is not None:
            queryset = queryset.filter(created_at__lt=self.bounds.before)
        return queryset

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the named periods."""
        chosen = self.used_parameters.get("period", "")
        yield {"display": "Any time", "value": "", "selected": not chosen}
        for value, display in self.words.items():
            yield {"display": display, "value": value, "selected": value == chosen}

    def _bounds(self) -> Period:
        chosen, today = self.used_parameters.get("period", ""), clock.london_today()
        if chosen == "today":
            return Period(clock.london_midnight(today))
        if chosen == "yesterday":
            return Period(*clock.london_day_bounds(today - timedelta(days=1)))
        if chosen == "week":
            return Period(clock.london_midnight(today - timedelta(days=6)))
        if chosen:
            self.error = "There is no such period"
        first, last = self._day("from"), self._day("to")
        return Period(
            clock.london_midnight(first) if first else None,
            clock.london_day_bounds(last)[1] if last else None,
        )

    def _day(self, name: str) -> date | None:
        text = str(self.used_parameters.get(name, "")).strip()
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
            clock.london_day_bounds(day)
        except (ValueError, OverflowError):
            self.error = "A day is written like 2026-11-30"
            return None
        return day
