"""The list of messages: narrowed down freely, and never read to its end."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from notifications.admin import message_filters
from notifications.admin.newest_list import NewestMessages
from notifications.models import Notification
from notifications.support.listing import Wanted, find_messages
from notifications.support.masked import masked
from notify_project.admin.by_key import KeyPages
from notify_project.admin.names import short
from notify_project.newest import Found
from templates_app.models import Template


class MessageList(NewestMessages[Notification]):
    """Messages, newest first; to whom they went is hinted at to those who may know."""

    list_display = ["created", "state", "channel", "service_name", "template_name", "provider"]
    list_filter = [
        *NewestMessages.list_filter,
        message_filters.LaneFilter,
        message_filters.ReferenceFilter,
        message_filters.JobFilter,
        message_filters.ApiKeyFilter,
    ]
    not_listed = ("personalisation",)
    search_help_text = (
        "Exactly an id, the caller's reference or the provider's. Phone numbers and addresses are "
        "looked for on the page Find, which keeps them out of this page's address."
    )

    def get_list_display(self, request: HttpRequest) -> Any:
        """Hint at the recipient to those who may see it."""
        if request.user.has_perm("notifications.view_recipient"):
            return [*self.list_display[:3], "recipient", *self.list_display[3:]]
        return self.list_display

    def find_filtered(self, pages: KeyPages) -> Found:
        """Return the ids of a page's messages."""
        return find_messages(wanted_of(pages), size=self.list_per_page, place=pages.place)

    def find_by_text(self, rows: QuerySet[Notification], term: str) -> QuerySet[Notification]:
        """Find by the caller's reference, or the provider's."""
        found = find_messages(Wanted(reference=term), size=self.list_per_page)
        return rows.filter(Q(id__in=found.ids) | Q(reference=term))

    def read_rows(self, request: HttpRequest, pages: KeyPages, found: Found) -> list[Notification]:
        """Return the rows with the names of their templates."""
        rows = super().read_rows(request, pages, found)
        templates = Template.objects.filter(id__in={row.template_id for row in rows})
        names = dict(templates.values_list("id", "name"))
        for row in rows:
            vars(row)["name_of_template"] = names.get(row.template_id, str(row.template_id))
        return rows

    @admin.display(description="to")
    def recipient(self, row: Notification) -> str:
        """Hint at it."""
        return masked(row.notification_type, row.to)

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
