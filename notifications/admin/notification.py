"""Notifications, to be looked at; letters can be cancelled and repaired."""

import uuid
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from notifications.admin.acts import Acts
from notifications.admin.key_use import key_use_url
from notifications.admin.letter_check import found_in, picture_for
from notifications.admin.letter_pages import link_to_pages, may_see_pages, pages_url
from notifications.models import Notification, hash_of
from notify_project.constants import NotificationType


@admin.register(Notification)
class NotificationAdmin(Acts):
    """One page a message, found by exact values; recipients only with the right to see them."""

    list_display = ["id", "notification_type", "status", "service", "created_at", "sent_by"]
    list_filter = ["notification_type", "status", "key_type", "process_type"]
    list_select_related = ["service"]
    # Makes the search box appear; get_search_results does the search.
    search_fields = ["id"]
    search_help_text = (
        "Exactly one of: id of the notification, template or service; the caller's reference; "
        "the provider's reference; phone number (447700900123) or email address in lower case."
    )
    ordering = ["-created_at", "-id"]
    date_hierarchy = None
    readonly_fields = ["pages", "check_of_pdf"]
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
        use = key_use_url(self.admin_site)
        return [own, pages_url(self.admin_site), use, *super().get_urls()]

    def letter_page(self, request: HttpRequest, letter_id: uuid.UUID, page: int) -> HttpResponse:
        """Answer with a picture of a page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return picture_for(request, self.get_object(request, str(letter_id)), page)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Notification], search_term: str
    ) -> tuple[QuerySet[Notification], bool]:
        """Find by one exact, indexed value."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted = uuid.UUID(term)
        except ValueError:
            queryset = queryset.alias(reference_hash=hash_of(F("client_reference")))
            found = Q(reference_hash=hash_of(Value(term)), client_reference=term)
            found |= Q(reference=term)
            if request.user.has_perm("notifications.view_recipient"):
                queryset = queryset.alias(recipient_hash=hash_of(F("normalised_to")))
                found |= Q(recipient_hash=hash_of(Value(term)), normalised_to=term)
            return queryset.filter(found), False
        return queryset.filter(Q(id=wanted) | Q(template_id=wanted) | Q(service_id=wanted)), False
