"""Letters that the post brought back."""

from typing import ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString

from notifications.models import ReturnedLetter
from notify_project.admin.links import find_url
from notify_project.admin.london import created_column
from notify_project.admin.names import short
from notify_project.admin.pages import BigTableAdmin
from notify_project.admin.tables import link


@admin.register(ReturnedLetter)
class ReturnedLetterAdmin(BigTableAdmin[ReturnedLetter]):
    """Which letters came back, and when that was reported."""

    service_path = "service"
    list_display = ["reported_at", "letter", "service_name", "created"]
    fields: ClassVar[list[str]] = ["letter", "service", "reported_at", "created_at"]
    readonly_fields: ClassVar[list[str]] = ["letter"]
    list_select_related = ["service"]
    search_fields = ["=notification_id", "=service__id"]
    search_help_text = "Id of a letter or of a service."
    ordering = ["-id"]

    created = created_column("heard, in London")

    @admin.display(description="letter")
    def letter(self, row: ReturnedLetter) -> SafeString:
        """Lead to the letter, or to what history keeps of it."""
        return link(find_url("admin-find", q=row.notification_id), row.notification_id)

    @admin.display(description="service")
    def service_name(self, row: ReturnedLetter) -> str:
        """Show the name, shortened."""
        return short(row.service.name)
