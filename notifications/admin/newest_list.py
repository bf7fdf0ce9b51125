"""What the lists of messages, jobs, callbacks and received texts share."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from notifications.admin import message_filters, status_words
from notify_project.admin.by_key import ByKeyAdmin, KeyPages
from notify_project.admin.filters import PeriodFilter
from notify_project.admin.london import created_column
from notify_project.admin.names import short
from notify_project.admin.pages import AnyModel
from notify_project.admin.words import word_column
from notify_project.newest import Found


class NewestList(ByKeyAdmin[AnyModel]):
    """What services have, newest first: narrowed down by filters, or found by one exact value."""

    list_select_related = ["service"]
    # Makes the search box appear; find_by_id and find_by_text do the search.
    search_fields = ["id"]
    ordering = ["-created_at", "-id"]
    service_path: ClassVar[str | None] = "service"

    def find_page(self, request: HttpRequest, pages: KeyPages) -> Found:
        """Read the page; what was typed is looked for by itself."""
        if pages.query.strip():
            rows = pages.queryset.order_by(*self.ordering).values_list("id", flat=True)
            return Found(list(rows[: self.list_per_page]))
        return self.find_filtered(pages)

    def find_filtered(self, pages: KeyPages) -> Found:
        """Return the ids of a page's rows, as the filters are set."""
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AnyModel], search_term: str
    ) -> tuple[QuerySet[AnyModel], bool]:
        """Find by one exact, indexed value."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted = UUID(term)
        except ValueError:
            return self.find_by_text(queryset, term), False
        return self.find_by_id(queryset, wanted), False

    def find_by_id(self, rows: QuerySet[AnyModel], wanted: UUID) -> QuerySet[AnyModel]:
        """Return the rows that an id means."""
        return rows.filter(pk=wanted)

    def find_by_text(self, rows: QuerySet[AnyModel], term: str) -> QuerySet[AnyModel]:
        """Return the rows that anything but an id means."""
        return rows.none()

    @admin.display(description="service")
    def service_name(self, row: Any) -> str:
        """Show the name, shortened."""
        return short(row.service.name)


class NewestMessages(NewestList[AnyModel]):
    """Messages, be they there or only in history."""

    list_display_links = ["created"]
    list_filter: ClassVar[list[Any]] = [
        PeriodFilter,
        message_filters.StatusFilter,
        message_filters.TypeFilter,
        message_filters.BY_SERVICE,
        message_filters.TemplateFilter,
        message_filters.ProviderFilter,
        message_filters.KeyTypeFilter,
    ]

    created = created_column("accepted, in London")
    channel = word_column("notification_type", "type")

    @admin.display(description="status")
    def state(self, row: Any) -> SafeString:
        """Say it in words."""
        return status_words.label(row.status)

    @admin.display(description="provider")
    def provider(self, row: Any) -> str:
        """Say who has it, if anybody does."""
        return row.sent_by or "none yet"
