"""What became of the messages of a service, on one page."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from notifications.admin.as_of import how_counted
from notifications.models import ServiceStatistics
from notifications.statistics.last_days import last_days
from notifications.statistics.reads import TemplateUse, with_names
from notifications.statistics.service_statistics import Months, monthly_statistics
from notifications.statistics.shown_counts import Shown
from notifications.statistics.tallies import Tally, tally_by_type
from notify_project import clock
from notify_project.admin.pages import ReadOnlyAdmin
from notify_project.admin.tables import side_by_side, table

WHOLE_DAYS = 7
_KINDS = {"sms": "texts", "email": "emails", "letter": "letters"}
_HEADS = ("requested", "delivered", "failed")


@admin.register(ServiceStatistics)
class ServiceStatisticsAdmin(ReadOnlyAdmin[ServiceStatistics]):
    """One page a service: today, the last week, this financial year and the last one."""

    service_path = "id"
    list_display = ["name", "active", "restricted", "created_at"]
    list_filter = ["active", "restricted"]
    search_fields = ["=id", "name"]
    search_help_text = "Id, or part of a name."
    ordering = ["name", "id"]
    fields = ["name", "counted", "today", "last_days", "templates", "this_year", "last_year"]
    readonly_fields = ["counted", "today", "last_days", "templates", "this_year", "last_year"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Find the service, with its figures: the page asks five times for each field."""
        row: Any = super().get_object(request, object_id, from_field)
        if row is not None:
            year = clock.financial_year(clock.london_today())
            lately = last_days(row.pk, WHOLE_DAYS)
            this_year = monthly_statistics(row.pk, year, lately=lately)
            row.shown = {
                "counted": _how_counted(lately.shown),
                "today": _by_type(lately.today),
                "last_days": _by_type(lately.all_days),
                "templates": _templates(with_names(row.pk, lately.by_template)),
                "this_year": _by_month(this_year),
                "last_year": _by_month(monthly_statistics(row.pk, year - 1, lately=lately)),
            }
        return row

    @admin.display(description="Counted")
    def counted(self, row: Any) -> SafeString:
        """When that was."""
        return _shown(row, "counted")

    @admin.display(description="Today")
    def today(self, row: Any) -> SafeString:
        """What became of the messages since midnight in London."""
        return _shown(row, "today")

    @admin.display(description=f"Today and {WHOLE_DAYS} days before")
    def last_days(self, row: Any) -> SafeString:
        """What became of the messages of about a week."""
        return _shown(row, "last_days")

    @admin.display(description=f"Templates used today and {WHOLE_DAYS} days before")
    def templates(self, row: Any) -> SafeString:
        """How often each template was used."""
        return _shown(row, "templates")

    @admin.display(description="This financial year")
    def this_year(self, row: Any) -> SafeString:
        """What became of the messages of each month."""
        return _shown(row, "this_year")

    @admin.display(description="Last financial year")
    def last_year(self, row: Any) -> SafeString:
        """What became of the messages of each month."""
        return _shown(row, "last_year")


def _shown(row: Any, name: str) -> SafeString:
    figures: dict[str, SafeString] = row.shown
    return figures[name]


def _how_counted(shown: Shown) -> SafeString:
    return format_html("{}", how_counted(shown) or "just now")


def _by_type(tallies: dict[str, Tally]) -> SafeString:
    return table(("", *_HEADS), ((words, *_numbers(tallies[k])) for k, words in _KINDS.items()))


def _by_month(counted: Months) -> SafeString:
    """Show a table for each type that was used: all of them in one is wider than the page."""
    months = {
        month.replace("-", "\N{NON-BREAKING HYPHEN}"): _tallies(kinds)
        for month, kinds in counted.items()
    }
    tables = [
        (words, table(("month", *_HEADS), _months(months, kind)))
        for kind, words in _KINDS.items()
        if any(tallies[kind].requested for tallies in months.values())
    ]
    return side_by_side(tables) if tables else format_html("{}", "nothing yet")


def _tallies(kinds: dict[str, dict[str, int]]) -> dict[str, Tally]:
    return tally_by_type(
        (kind, status, count)
        for kind, statuses in kinds.items()
        for status, count in statuses.items()
    )


def _months(months: dict[str, dict[str, Tally]], kind: str) -> Iterable[Iterable[object]]:
    return ((month, *_numbers(tallies[kind])) for month, tallies in months.items())


def _templates(uses: list[TemplateUse]) -> SafeString:
    return table(
        ("template", "type", "used"),
        ((use.template_name, _KINDS[use.template_type], f"{use.count:,}") for use in uses),
    )


def _numbers(tally: Tally) -> tuple[str, str, str]:
    return f"{tally.requested:,}", f"{tally.delivered:,}", f"{tally.failed:,}"
