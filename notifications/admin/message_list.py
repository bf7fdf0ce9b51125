"""The list of messages: narrowed down freely, and never read to its end."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from notifications.admin import message_filters, status_words
from notifications.models import Notification
from notifications.support.listing import Wanted, find_messages
from notifications.support.masked import masked
from notify_project import clock
from notify_project.admin.by_key import ByKeyAdmin, KeyPages
from notify_project.admin.filters import PeriodFilter
from notify_project.admin.london import when
from notify_project.admin.names import short
from notify_project.newest import Found
from templates_app.models import Template

_CHANNELS = {"sms": "text"}


class MessageList(ByKeyAdmin[Notification]):
    """Messages, newest first; to whom they went is hinted at to those who may know."""

    list_display = ["created", "state", "channel", "service_name", "template_name", "sent_by"]
    list_display_links = ["created"]
    list_filter = [
        PeriodFilter,
        message_filters.StatusFilter,
        message_filters.TypeFilter,
        message_filters.BY_SERVICE,
        message_filters.TemplateFilter,
        message_filters.ProviderFilter,
        message_filters.KeyTypeFilter,
        message_filters.LaneFilter,
        message_filters.ReferenceFilter,
        message_filters.JobFilter,
        message_filters.ApiKeyFilter,
    ]
    list_select_related = ["service"]
    not_listed = ("personalisation",)
    # Makes the search box appear; find_page does the search.
    search_fields = ["id"]
    search_help_text = (
        "Exactly an id, the caller's reference or the provider's. Phone numbers and addresses are "
        "looked for on the page Find, which keeps them out of this page's address."
    )
    ordering = ["-created_at", "-id"]
    date_hierarchy = None

    def get_list_display(self, request: HttpRequest) -> Any:
        """Hint at the recipient to those who may see it."""
        if request.user.has_perm("notifications.view_recipient"):
            return [*self.list_display[:3], "recipient", *self.list_display[3:]]
        return self.list_display

    def find_page(self, request: HttpRequest, pages: KeyPages) -> Found:
        """Read the page; what was typed is looked for by itself."""
        if pages.query.strip():
            rows = pages.queryset.order_by(*self.ordering).values_list("id", flat=True)
            return Found(list(rows[: self.list_per_page]))
        return find_messages(wanted_of(pages), size=self.list_per_page, place=pages.place)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Notification], search_term: str
    ) -> tuple[QuerySet[Notification], bool]:
        """Find by one exact, indexed value."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(id=UUID(term)), False
        except ValueError:
            found = find_messages(Wanted(reference=term), size=self.list_per_page)
            return queryset.filter(Q(id__in=found.ids) | Q(reference=term)), False

    def read_rows(self, request: HttpRequest, pages: KeyPages, found: Found) -> list[Notification]:
        """Return the rows with the names of their templates."""
        rows = super().read_rows(request, pages, found)
        templates = Template.objects.filter(id__in={row.template_id for row in rows})
        names = dict(templates.values_list("id", "name"))
        for row in rows:
            vars(row)["name_of_template"] = names.get(row.template_id, str(row.template_id))
        return rows

    @admin.display(description="accepted, in London")
    def created(self, row: Notification) -> SafeString:
        """Show when, and how long ago that is."""
        return when(row.created_at, clock.now())

    @admin.display(description="status")
    def state(self, row: Notification) -> SafeString:
        """Say it in words."""
        return status_words.label(row.status)

    @admin.display(description="type")
    def channel(self, row: Notification) -> str:
        """Say it in a word."""
        return _CHANNELS.get(row.notification_type, row.notification_type)

    @admin.display(description="to")
    def recipient(self, row: Notification) -> str:
        """Hint at it."""
        return masked(row.notification_type, row.to)

    @admin.display(description="service")
    def service_name(self, row: Notification) -> str:
        """Show the name, shortened."""
        return short(row.service.name)

    @admin.display(description="template")
    def template_name(self, row: Notification) -> str:
        """Show the name, shortened."""
        return short(str(vars(row).get("name_of_template", row.template_id)))


def wanted_of(pages: KeyPages) -> Wanted:
    """Return what the filters of a list are set to."""
    days = pages.period()
    status = pages.value("status")
    return Wanted(
        services=pages.services(message_filters.SERVICE),
        template_id=_id(pages.value("template")),
        job_id=pages.value("job"),
        api_key_id=pages.value("api_key"),
        types=_one(pages.value("notification_type")),
        statuses=message_filters.statuses_of(status) if status else None,
        key_types=_one(pages.value("key_type")),
        provider=pages.value("provider"),
        lane=pages.value("lane"),
        reference=pages.value("reference"),
        since=days.since,
        before=days.before,
    )


def _one(value: str | None) -> list[str] | None:
    return None if value is None else [value]


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
