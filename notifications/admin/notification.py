"""Notifications, to be looked at; letters can be cancelled and repaired."""

import uuid
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from notifications.admin.letter_check import found_in, picture_for
from notifications.admin.letter_pages import link_to_pages, may_see_pages, pages_url
from notifications.admin.letter_steps import LetterSteps
from notifications.admin.message_list import MessageList
from notifications.models import Notification
from notify_project.constants import NotificationType


@admin.register(Notification)
class NotificationAdmin(MessageList, LetterSteps):
    """One page a message, found by exact values; recipients only with the right to see them."""

    readonly_fields = ["pages", "check_of_pdf", "came_by_request"]
    service_path = "service"
    fieldsets = [
        (None, {"fields": ["id", "notification_type", "status", "failure_reason", "service"]}),
        (
            "Message",
            {"fields": ["template_id", "template_version", "reply_to_text", "client_reference"]},
        ),
        (
            "Way",
            {
                "fields": [
                    "lane",
                    "created_at",
                    "sent_at",
                    "updated_at",
                    "sent_by",
                    "reference",
                    "came_by_request",
                    "delivery_attempts",
                    "claimed_until",
                    "next_attempt_at",
                ]
            },
        ),
        (
            "Facts",
            {
                "fields": [
                    "key_type",
                    "api_key",
                    "is_real",
                    "process_type",
                    "billable_units",
                    "rate_multiplier",
                    "international",
                    "phone_prefix",
                    "postage",
                    "job",
                    "job_row_number",
                ]
            },
        ),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add the recipient for people with the right to see personal data."""
        shown = list(super().get_fieldsets(request, obj))
        if request.user.has_perm("notifications.view_recipient"):
            shown.insert(1, ("Recipient", {"fields": ["to"]}))
            if obj is not None and obj.notification_type == NotificationType.LETTER:
                pages = ["pages"] if may_see_pages(request, obj) else []
                shown.insert(2, ("Letter", {"fields": [*pages, "check_of_pdf"]}))
        return shown

    @admin.display(description="pages")
    def pages(self, obj: Notification) -> str:
        """Link to what a letter looks like."""
        return link_to_pages(obj)

    @admin.display(description="check of the PDF")
    def check_of_pdf(self, letter: Notification) -> str:
        """Say what was found in a letter that came as a PDF."""
        return found_in(letter)

    def get_urls(self) -> list[URLPattern]:
        """Add pictures of the pages of letters."""
        view = self.admin_site.admin_view(self.letter_page)
        name = "notifications_notification_letter_page"
        own = path("<uuid:letter_id>/letter/page/<int:page>.png", view, name=name)
        return [own, pages_url(self.admin_site), *super().get_urls()]

    def letter_page(self, request: HttpRequest, letter_id: uuid.UUID, page: int) -> HttpResponse:
        """Answer with a picture of a page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return picture_for(request, self.get_object(request, str(letter_id)), page)
