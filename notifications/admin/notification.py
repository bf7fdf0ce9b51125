"""Notifications, to be looked at; letters can be cancelled and repaired."""

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import URLPattern

from notifications.admin.letter_pages import link_to_pages, may_see_pages, pages_url
from notifications.admin.letter_steps import LetterSteps
from notifications.models import Notification, hash_of


@admin.register(Notification)
class NotificationAdmin(LetterSteps):
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
    readonly_fields = ["pages"]
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
            fields = ["to", "pages"] if obj and may_see_pages(request, obj) else ["to"]
            shown.insert(1, ("Recipient", {"fields": fields}))
        return shown

    @admin.display(description="pages")
    def pages(self, obj: Notification) -> str:
        """Link to what a letter looks like."""
        return link_to_pages(obj)

    def get_urls(self) -> list[URLPattern]:
        """Add the picture of a letter's pages."""
        return [pages_url(self.admin_site), *super().get_urls()]

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
